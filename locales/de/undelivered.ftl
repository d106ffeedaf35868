# Mail an ISB und Administration über das, was nicht zugestellt werden konnte: `mail-undelivered-<satz>`.

mail-undelivered-subject =
    { $count ->
        [one] [Maßnahmen] 1 Nachricht konnte nicht zugestellt werden
       *[other] [Maßnahmen] { $count } Nachrichten konnten nicht zugestellt werden
    }
mail-undelivered-reason = Sie erhalten diese Nachricht bei der Institution „{ $institution }“ in der Rolle ISB oder Administration. Was hier steht, wird nicht mehr von selbst versucht.
mail-undelivered-mails = Aufgegebene Mails
mail-undelivered-webhooks = Abgeschaltete Webhooks
mail-undelivered-address = Adresse
mail-undelivered-day = Vom
mail-undelivered-message-id = Message-ID
mail-undelivered-attempts = Versuche
mail-undelivered-reply = Letzte Antwort
mail-undelivered-why = Grund
mail-undelivered-why-gone = Die Gegenstelle meldet, dass es sie nicht mehr gibt (410)
mail-undelivered-why-failing = Seit drei Tagen kam keine brauchbare Antwort
mail-undelivered-kind-digest = Zusammenfassung
mail-undelivered-kind-single = Erinnerung an eine Frist
mail-undelivered-kind-weekly = Wochenübersicht
mail-undelivered-kind-finance = Monatsübersicht des Haushalts
mail-undelivered-kind-decision = Entscheidung
mail-undelivered-todo-mails = Prüfen Sie die Adresse des Kontos und die Antwort des Mailservers. Ist die Ursache behoben, senden Sie die Mail erneut (`POST …/notifications/{"{"}id{"}"}/retry`); sie behält ihre Message-ID. Sagen Sie der Person sonst auf anderem Weg Bescheid.
mail-undelivered-todo-webhooks = Prüfen Sie die Gegenstelle und schalten Sie den Webhook wieder ein (`active`); was inzwischen anfiel, lässt sich erneut aufrufen (`…/replay`).
mail-undelivered-link-mails = Aufgegebene Mails (API, Anmeldung erforderlich)
mail-undelivered-link-webhooks = Webhooks (API, Anmeldung erforderlich)
