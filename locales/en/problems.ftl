# Problems (problem+json): `problem-<code>` is the title, `problem-<code>-detail` the sentence.
# `.short` and `.plain` are used where values are missing that the full sentence needs.
# For each value `$x` made of words of the system there are `$x_label` and `$x_words` (in backticks).

problem-malformed = unreadable request
problem-malformed-detail = the request cannot be read; `errors` names the faulty places

problem-invalid = invalid input
problem-invalid-detail = the input breaks a rule; `errors` names the faulty places

problem-unauthenticated = sign-in required
problem-unauthenticated-detail = please sign in; a valid access token is missing

problem-bad_credentials = sign-in failed
problem-bad_credentials-detail = the mail address or the password is wrong

problem-account_disabled = account disabled
problem-account_disabled-detail = this account has been disabled; please ask your administrator

problem-account_locked = account temporarily locked
problem-account_locked-detail =
    { $minutes ->
        [one] this account is locked after too many failed attempts; try again in { $minutes } minute
       *[other] this account is locked after too many failed attempts; try again in { $minutes } minutes
    }
    .plain = this account is locked after too many failed attempts; try again later

problem-rate_limited = too many requests
problem-rate_limited-detail = too many requests come from your address; try again later

problem-token_expired = access token expired
problem-token_expired-detail = the access token has expired; refresh it or sign in again

problem-session_ended = session ended
problem-session_ended-detail = your session has ended; please sign in again

problem-refresh_reused = refresh token already used
problem-refresh_reused-detail = the refresh token has been used before; the session was ended to protect you, please sign in again

problem-forbidden = not permitted
problem-forbidden-detail = your roles do not permit { $action_words } here
    .plain = your roles do not permit this action here

problem-not_found = not found
problem-not_found-detail = there is no such thing, or you may not see it

problem-method_not_allowed = method not allowed
problem-method_not_allowed-detail = this path does not support this HTTP method

problem-precondition_required = precondition required
problem-precondition_required-detail = send in `If-Match` the ETag of the version that you want to change

problem-stale = stale version
problem-stale-detail = the record has been changed since; read it again, its current ETag is `{ $current }`
    .plain = the record has been changed since; read it again

problem-illegal_transition = illegal change of status
problem-illegal_transition-detail = no step leads from { $from_words } to { $to_words }; possible: { $allowed_words }
    .short = no step leads from { $from_words } to { $to_words }
    .plain = the status does not allow this step

problem-transition_incomplete = incomplete change of status
problem-transition_incomplete-detail = the step to { $to_words } still needs { $missing_words }
    .short = the step to { $to_words } still needs more input
    .plain = this step still needs more input

problem-consolidation_over = measure already closed
problem-consolidation_over-detail = measure { $reference } is { $from_words } and can neither be merged nor replaced nor split
    .plain = the measure can neither be merged nor replaced nor split in its status

problem-no_successor = measure cannot take over
problem-no_successor-detail = measure { $reference } is { $from_words }; only what is proposed, approved, in progress or blocked can take over
    .plain = only what is proposed, approved, in progress or blocked can take over

problem-successor_not_running = successor is not approved
problem-successor_not_running-detail = measure { $reference } is running, but { $successor } is { $from_words }; a running measure goes only into a running one
    .plain = a running measure goes only into a running one

problem-successor_due_later = successor is due later
problem-successor_due_later-detail = measure { $reference } is due on { $due }, which binds, and { $successor } later or never; a date moves by a postponement only
    .plain = a binding date moves by a postponement only
problem-postponement_pending = request already waiting
problem-postponement_pending-detail = a request for a new date of this measure waits already; it has to be decided or withdrawn first

problem-postponement_closed = request already closed
problem-postponement_closed-detail = this request has been decided or withdrawn

problem-postponement_not_running = no date binds
problem-postponement_not_running-detail = no date binds in the status { $status_words }; only approved, running and blocked measures are postponed
    .plain = only approved, running and blocked measures are postponed

problem-postponement_undated = no due date
problem-postponement_undated-detail = the measure has no due date; it is set and not postponed

problem-postponement_fixed = date fixed from outside
problem-postponement_fixed-detail =
    { $fixed_by ->
        [law] a law fixes this date; it cannot be postponed here, and the deviation has to be reported
       *[other] a resolution of the council fixes this date; it cannot be postponed here, and the deviation has to be reported there
    }
    .plain = this date is fixed from outside and cannot be postponed here

problem-postponement_overtaken = request overtaken
problem-postponement_overtaken-detail = another date holds than when this was asked for; the request can only be refused, or withdrawn and made again

problem-not_a_reason_to_dispense = no reason for "dispensable"
problem-not_a_reason_to_dispense-detail =
    { $level ->
        [basic] cost, missing staff or a short remaining life make no requirement dispensable; the reason speaks of { $found_words } ({ $grounds_label }); record the `status` `no`, with a measure, for nobody can bear the risk of a basic requirement
       *[other] cost, missing staff or a short remaining life make no requirement dispensable; the reason speaks of { $found_words } ({ $grounds_label }); record the `status` `no` with a `risk_review` (for a remaining life `remaining_life` with `until`), so that the risk is looked at
    }
    .plain = cost, missing staff or a short remaining life make no requirement dispensable; record the `status` `no`, unless it is basic with a `risk_review`

problem-elevated_out_of_scope = requirement for a higher protection need
problem-elevated_out_of_scope-detail = a requirement for a higher protection need is in scope once a risk analysis adopts it; until then it is not dispensable, it is not checked

problem-deadline_derived = the deadline follows something else
problem-deadline_derived-detail = the deadline follows the measure, check, evidence, post or resolution that it belongs to; it is changed or met there
problem-deadline_met = the date was met before
problem-deadline_met-detail = this date was reported as met already
problem-nothing_to_approve = nothing to approve
problem-nothing_to_approve-detail = only a basic requirement that is to be dispensable is approved, and each reason once

problem-ceiling_exceeded = ceiling exceeded
problem-ceiling_exceeded-detail =
    { $over_cents_count ->
        [one] this would be 1 cent above the ceiling of { $ceiling_cents } cents for { $years }
       *[other] this would be { $over_cents } cents above the ceiling of { $ceiling_cents } cents for { $years }
    }
    .short = this would be { $over_cents } cents above the ceiling
    .plain = this would be above the ceiling

problem-commitment_without_authority = no commitment authority
problem-commitment_without_authority-detail =
    { $short_cents_count ->
        [one] 1 cent of unused commitment authority is missing for { $year } (line `{ $line }`)
       *[other] { $short_cents } cents of unused commitment authority are missing for { $year } (line `{ $line }`)
    }
    .short = unused commitment authority for { $year } is missing: { $short_cents } cents
    .plain = unused commitment authority for the later year is missing

problem-authority_not_investive = no investment
problem-authority_not_investive-detail = commitment authorities, and commitments of later years, are for investments only; `{ $line }` is none
    .plain = commitment authorities, and commitments of later years, are for investments only

problem-blocked_funds = funds blocked
problem-blocked_funds-detail =
    { $over_cents_count ->
        [one] this would use 1 cent of the blocked funds of `{ $line }` in { $year }
       *[other] this would use { $over_cents } cents of the blocked funds of `{ $line }` in { $year }
    }
    .short = this would use { $over_cents } cents of blocked funds
    .plain = this would use blocked funds

problem-cross_kind_transfer = cover not allowed
problem-cross_kind_transfer-detail = `{ $giver }` may not cover `{ $receiver }`: investive money covers no consumptive line, and the other way round a note is needed
    .plain = investive money covers no consumptive line, and the other way round a note is needed

problem-outside_cover_group = another cover group
problem-outside_cover_group-detail = `{ $giver }` and `{ $receiver }` are not of the same cover group
    .plain = the lines are not of the same cover group

problem-interim_reason_required = provisional budget
problem-interim_reason_required-detail = the budget of { $year } is provisional; a new order on `{ $line }` needs a reason in `interim_reason`: `legally_obliged`, `cannot_be_postponed` or `continuation`
    .plain = the budget is provisional; a new order needs a reason in `interim_reason`: `legally_obliged`, `cannot_be_postponed` or `continuation`

problem-not_transferable = not transferable
problem-not_transferable-detail = what is left of `{ $line }` lapses at the end of the year: consumptive money is carried over only where it was declared transferable
    .plain = consumptive money is carried over only where it was declared transferable

problem-entry_closed = entry already closed
problem-entry_closed-detail = this entry was taken back or completed already, or is a counter entry itself

problem-not_a_draft = not a draft
problem-not_a_draft-detail = only a draft can be completed; this entry counts already

problem-posting_booked = booked already
problem-posting_booked-detail = this posting of the finance system has a budget line already

problem-control_mismatch = control total does not match
problem-control_mismatch-detail = the file holds { $file_rows } rows of { $file_cents } cents in all; stated are { $stated_rows } rows of { $stated_cents } cents
    .plain = the file does not hold what was stated

problem-sum_out_of_range = sum too large
problem-sum_out_of_range-detail = a sum of amounts is beyond what can be computed exactly; check the entries

problem-notification_not_failed = mail was not given up
problem-notification_not_failed-detail = only what was given up is sent again; this mail is `{ $state }`
    .plain = only what was given up is sent again

problem-delivery_pending = call is still pending
problem-delivery_pending-detail = this call is still being tried; only what is finished is called again

problem-webhook_off = webhook is switched off
problem-webhook_off-detail = the webhook is switched off; switch it on first (`active`)

problem-programme_exists = programme already there
problem-programme_exists-detail = a programme with the key `{ $key }` is already there
    .plain = a programme with this key is already there

problem-already_exists = already there
problem-already_exists-detail = an entry with this key is already there

problem-idempotency_key_reused = idempotency key already used
problem-idempotency_key_reused-detail = the `Idempotency-Key` belongs to another request; use a new one

problem-too_large = content too large
problem-too_large-detail =
    { $limit ->
        [one] the body of the request is larger than { $limit } byte
       *[other] the body of the request is larger than { $limit } bytes
    }
    .plain = the body of the request is larger than allowed

problem-unsupported_media_type = unsupported media type
problem-unsupported_media_type-detail = send the body as JSON with `Content-Type: application/json`

problem-request_timeout = request timeout
problem-request_timeout-detail = the request did not arrive completely in time

problem-unavailable = temporarily unavailable
problem-unavailable-detail = the service cannot handle the request at the moment; try again shortly

problem-internal = internal error
problem-internal-detail = an error occurred in the service; give your administrator the id of this request
