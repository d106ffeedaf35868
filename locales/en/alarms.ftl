# Alarms of the budget: `alarm-<sentence>`; amounts are in euros.

alarm-ceiling_exceeded = the ceiling of { $of_amount } is exceeded by { $amount }
alarm-overspent = { $amount } more are ordered and spent than available; consider a report to the council (§ 28 GemHVO)
alarm-over_budget = { $amount } more were spent for { $measure } than allocated; consider a report to the council (§ 28 GemHVO)
alarm-overspend_forecast = with the forecast { $amount } are missing
alarm-near_limit = nearly all is ordered or spent; { $amount } are left
alarm-slow_outflow = { $amount } are not ordered yet and lapse on 31 December { $year }
alarm-commitment_without_authority = { $amount } are committed for { $year } without commitment authority
alarm-uepl_incomplete = { $amount } beyond the plan do not count; missing: { $needed_label }
alarm-uepl_complete = { $amount } beyond the plan do not count yet; nothing is missing, the entry is to be completed
alarm-interim = { $amount } were ordered while the budget was provisional: { $interim_reason_label }
alarm-blocked_funds = { $amount } of the blocked funds are ordered or spent
alarm-rest_expiry = carried over from { $origin }: { $amount } are to be used by { $until }
alarm-rest_expired = carried over from { $origin }: { $amount } were to be used by { $until }
alarm-recurring_cost_missing = an investment of { $amount } has no estimate of what it costs every year
alarm-cross_kind_transfer = { $amount } went from investments to consumption
alarm-printed_mismatch = `{ $total }` is printed as { $printed_amount }; its parts sum to { $computed_amount }
alarm-measure_unfunded = { $amount } are missing by { $year } for { $measure }, which is approved
