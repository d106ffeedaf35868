# Alarme des Haushalts: `alarm-<satz>`; Beträge stehen in Euro.

alarm-ceiling_exceeded = Die Obergrenze von { $of_amount } ist um { $amount } überschritten
alarm-overspent = { $amount } mehr gebunden und ausgegeben als verfügbar; Bericht an Gemeinderat prüfen (§ 28 GemHVO)
alarm-over_budget = Für { $measure } sind { $amount } mehr ausgegeben als zugeteilt; Bericht an Gemeinderat prüfen (§ 28 GemHVO)
alarm-overspend_forecast = Mit der Prognose fehlen { $amount }
alarm-near_limit = Fast alles ist gebunden oder ausgegeben; übrig sind { $amount }
alarm-slow_outflow = { $amount } sind noch nicht gebunden und verfallen am 31.12.{ $year }
alarm-commitment_without_authority = { $amount } sind für { $year } gebunden, ohne dass es dafür eine Verpflichtungsermächtigung gibt
alarm-uepl_incomplete = Über- oder außerplanmäßige { $amount } zählen nicht; es fehlt: { $needed_label }
alarm-uepl_complete = Über- oder außerplanmäßige { $amount } zählen noch nicht; alles Nötige ist da, die Buchung ist zu vervollständigen
alarm-interim = { $amount } wurden während der vorläufigen Haushaltsführung gebunden: { $interim_reason_label }
alarm-blocked_funds = { $amount } der gesperrten Mittel sind gebunden oder ausgegeben
alarm-rest_expiry = Haushaltsrest aus { $origin }: { $amount } sind bis { $until } zu verwenden
alarm-rest_expired = Haushaltsrest aus { $origin }: { $amount } waren bis { $until } zu verwenden
alarm-recurring_cost_missing = Für eine Investition von { $amount } sind keine Folgekosten geschätzt
alarm-cross_kind_transfer = { $amount } wurden aus investiven Mitteln für konsumtive Ausgaben gegeben
alarm-printed_mismatch = `{ $total }` ist mit { $printed_amount } gedruckt; gerechnet sind es { $computed_amount }
alarm-measure_unfunded = { $measure } ist genehmigt; bis { $year } fehlen { $amount }
