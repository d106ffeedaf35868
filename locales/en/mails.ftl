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
