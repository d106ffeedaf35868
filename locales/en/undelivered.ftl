# Mail to ISB and administration about what could not be delivered: `mail-undelivered-<sentence>`.

mail-undelivered-subject =
    { $count ->
        [one] [Measures] 1 message could not be delivered
       *[other] [Measures] { $count } messages could not be delivered
    }
mail-undelivered-reason = You get this message at the institution “{ $institution }” as ISB or administration. What stands here is not tried again by itself.
mail-undelivered-mails = Mails that were given up
mail-undelivered-webhooks = Webhooks that were switched off
mail-undelivered-address = Address
mail-undelivered-day = Of
mail-undelivered-message-id = Message-ID
mail-undelivered-attempts = Attempts
mail-undelivered-reply = Last reply
mail-undelivered-why = Why
mail-undelivered-why-gone = the receiver says that it is gone (410)
mail-undelivered-why-failing = no good answer for three days
mail-undelivered-kind-digest = digest
mail-undelivered-kind-single = reminder of a deadline
mail-undelivered-kind-weekly = week of the ISB
mail-undelivered-kind-finance = month of the budget
mail-undelivered-kind-decision = decision
mail-undelivered-todo-mails = Check the address of the account and the reply of the mail server. Once the cause is gone, send the mail again (`POST …/notifications/{"{"}id{"}"}/retry`); it keeps its Message-ID. Otherwise tell the person in another way.
mail-undelivered-todo-webhooks = Check the receiver and switch the webhook on again (`active`); what has come up meanwhile can be called again (`…/replay`).
mail-undelivered-link-mails = Mails that were given up (API, sign-in required)
mail-undelivered-link-webhooks = Webhooks (API, sign-in required)
