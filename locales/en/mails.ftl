# Mails, except for the daily digest: `mail-<sentence>`.

mail-greeting = Dear { $name },
mail-greeting-nobody = Good day,
mail-more = … and { $count } more
mail-contact = Questions about information security are answered by: { $contact }
mail-confidential = confidential, details after signing in
mail-automatic = This message was written automatically.
mail-policy = Rules:
mail-key = Reference:

mail-single-subject-overdue =
    { $days ->
        [one] [Measures] overdue for { $days } day: { $reference }
       *[other] [Measures] overdue for { $days } days: { $reference }
    }
mail-single-subject-soon = [Measures] due on { $due }: { $reference }
mail-single-subject-secret = [Measures] a strictly confidential deadline
mail-single-reason = You receive this message in the institution “{ $institution }” as { $capacities } (stage { $code }).
mail-heading-deadline = What it is about
mail-heading-todo = What to do now
mail-heading-next = Who hears of it next
mail-next = On { $day } (stage { $code }): { $capacities }
mail-secret = A strictly confidential deadline: please sign in
mail-unowned = no owner
mail-originally = originally { $due }
mail-days =
    { $days ->
        [one] for { $days } day
       *[other] for { $days } days
    }
mail-capacity-owner = the person responsible or standing in
mail-capacity-isb = information security officer (ISB)
mail-capacity-head = head of unit or of IT
mail-capacity-management = management of the institution
mail-todo-owner = Done? Report it and describe what was done. Not yet? Enter how far it is, and ask for another date with a reason; until it is approved, the present one stands.
mail-todo-isb = Find out from those responsible by when it will be done and what is missing. You can let the deadline rest for at most 14 days, with a reason.
mail-todo-head = See to it that there are time and means, or decide on another date.
mail-todo-management = Decide how to go on: provide means, approve another date, or accept the risk explicitly.
mail-fact-kind = Deadline
mail-fact-due = Due on
mail-fact-was-due = Was due on
mail-fact-overdue = Overdue
mail-fact-due-text = In words
mail-fact-postponed = Postponed
mail-fact-status = Status
mail-fact-owner = Owner
mail-fact-unit = Unit
mail-link-measure = The measure (sign-in needed)
mail-link-done = Report it done
mail-link-progress = Enter how far it is
mail-link-postpone = Ask for another date
mail-link-docs = Sign in and look in the browser

mail-finance-subject = [Measures] Budget { $month }: alarms { $alarms }
mail-finance-reason = You receive this message once a month because you keep the budget of the security measures in the institution “{ $institution }” (role: finance).
mail-heading-alarms = Alarms
mail-heading-outflow = Outflow { $year }
mail-link-alarms = Alarms (API, sign-in needed)
mail-link-budget = Budget of the year (API, sign-in needed)
mail-fact-severity = Severity
mail-fact-programme = Programme
mail-fact-line = Line
mail-fact-measure = Measure
mail-fact-year = Year
mail-fact-authorised = Authorised
mail-fact-committed = Ordered
mail-fact-actual = Spent
mail-fact-available = Available

mail-weekly-subject = [Measures] The week of information security, { $institution }: overdue { $overdue }
mail-weekly-reason = You receive this message once a week because you are the information security officer (ISB) of the institution “{ $institution }”.
mail-weekly-intro = As of { $day }:
mail-heartbeat-subject = [Measures] { $institution }: all is well
mail-heartbeat-intro = As of { $day }: all deadlines were looked at; nothing is overdue, blocked or without an owner. If this message does not come within a week, the service does not run.
mail-heading-overdue = Overdue
mail-heading-unowned = No owner
mail-heading-undated = No date
mail-heading-blocked = Blocked
mail-heading-stalled = At a standstill
mail-heading-start-missed = Not begun in time
mail-heading-verification = Verification overdue
mail-heading-expiring = About to end, or ended
mail-heading-review = Reviews and stale checks
mail-heading-undecided = Proposals without a decision
mail-heading-postponements = Postponements of the week
mail-heading-undelivered = Messages that could not be delivered
mail-link-deadlines = Overdue deadlines (API, sign-in needed)
mail-fact-since = Since
mail-fact-from = Until now
mail-fact-to = From now on
mail-fact-asked = Asked for
mail-fact-state = State
mail-fact-reply = Reply

mail-decision-subject = [Measures] Postponement { $verdict }: { $reference }
mail-decision-subject-secret = [Measures] Postponement { $verdict }: a strictly confidential measure
mail-decision-reason-asked = You receive this message because you asked for another date in the institution “{ $institution }”.
mail-decision-reason-isb = You receive this message because another date was decided on above you in the institution “{ $institution }” (role: information security officer, ISB).
mail-heading-decision = What was decided on
mail-heading-holds = What holds now
mail-decision-approved = The new date is { $due }; the first one stays in the history.
mail-decision-refused = It stays { $due }.
mail-fact-decided-by = Decided by
mail-fact-tier = Level

mail-alarm-subject = [Measures] Alarm { $code }: { $what }
mail-alarm-many = { $count } more
mail-alarm-reason = You receive this message because you keep the budget of the security measures in the institution “{ $institution }” (role: finance). Each alarm is told once; after that it stands in the monthly digest.
mail-todo-alarm = Cover what is missing, ask for over- or extra-plan money, or correct the entry; look whether the council has to be told (§ 28 GemHVO).
