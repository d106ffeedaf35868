# Namen der Wörter, die in Datenbank, JSON und Regelwerken stehen: `<art>-<wort>`.

status-proposed = vorgeschlagen
status-approved = genehmigt
status-in_progress = in Umsetzung
status-blocked = blockiert
status-implemented = umgesetzt
status-verified = geprüft
status-deferred = zurückgestellt
status-rejected = verworfen
status-replaced = ersetzt

role-isb = ISB
role-management = Leitung
role-head = Amts-/IT-Leitung
role-owner = Umsetzungsverantwortliche
role-finance = Kämmerei
role-auditor = Revision
role-admin = Administration
role-council = Gremium

precision-day = Tag
precision-month = Monat
precision-quarter = Quartal
precision-half = Halbjahr
precision-year = Jahr
precision-season = Jahreszeit

confidentiality-public = öffentlich
confidentiality-internal = intern
confidentiality-confidential = vertraulich
confidentiality-strictly_confidential = streng vertraulich

link-kind-fulfils = Beitrag zur Erfüllung
link-kind-applies = zu beachten

level-basic = Basis
level-standard = Standard
level-elevated = erhöhter Schutzbedarf

implementation-order-R1 = R1 (vorrangig)
implementation-order-R2 = R2 (als Nächstes)
implementation-order-R3 = R3 (danach)

check-status-unassessed = unbearbeitet
check-status-yes = ja
check-status-partial = teilweise
check-status-no = nein
check-status-dispensable = entbehrlich

dispensable-kind-substitute = Ersatzmaßnahme
dispensable-kind-not_relevant = nicht relevant

ground-cost = Kosten
ground-staff = fehlendes Personal
ground-remaining_life = kurze Restlaufzeit

origin-gs_check = Grundschutz-Check
origin-risk_analysis = Risikoanalyse
origin-audit = Audit
origin-incident = Sicherheitsvorfall
origin-council_resolution = Ratsbeschluss
origin-law = Gesetz
origin-ad_hoc = anlassbezogen

relevance-direct = direkt
relevance-indirect = mittelbar
relevance-none = keine

amount-basis-gross = brutto
amount-basis-net = netto
amount-basis-unknown = nicht angegeben

shortage-no_line = keine Haushaltszeile
shortage-too_little = Kosten über den Mitteln

line-kind-consumptive = konsumtiv
line-kind-investive = investiv
line-kind-staff = Personal
line-kind-mixed = gemischt
line-kind-undetermined = unbestimmt

entry-type-registration = Anmeldung
entry-type-appropriation = Ansatz
entry-type-supplementary = Nachtrag
entry-type-overplan = überplanmäßig
entry-type-extraplan = außerplanmäßig
entry-type-cover = Deckung
entry-type-carry_in = Haushaltsrest aus dem Vorjahr
entry-type-carry_out = Haushaltsrest ins Folgejahr
entry-type-cut = Kürzung
entry-type-block = Sperre
entry-type-release = Freigabe
entry-type-financial_plan = Finanzplan
entry-type-forecast = Prognose
entry-type-commitment_authority = Verpflichtungsermächtigung
entry-type-authority_use = Nutzung der Verpflichtungsermächtigung
entry-type-commitment = Obligo
entry-type-commitment_release = Abbau von Obligo
entry-type-actual = Ist
entry-type-actual_reversal = Storno von Ist

entry-state-draft = Entwurf
entry-state-effective = wirksam

interim-reason-legally_obliged = rechtlich verpflichtet
interim-reason-cannot_be_postponed = unaufschiebbar
interim-reason-continuation = Fortsetzung
interim-reason-reported = vom Finanzwesen gemeldet, Grund hier nicht bekannt

alarm-severity-red = rot
alarm-severity-amber = gelb
alarm-severity-warn = Hinweis mit Handlungsbedarf
alarm-severity-info = zur Kenntnis

needed-cover = Deckung
needed-reason = Begründung
needed-resolution = Beschluss
needed-adopted_resolution = gefasster Beschluss

entry-flag-inferred = erschlossen
entry-flag-conflict = widersprüchlich
entry-flag-ocr_split = aus dem Scan getrennt

post-kind-post = Planstelle
post-kind-authorisation = Ermächtigung
post-kind-training = Ausbildung
post-kind-temporary = befristet

post-status-requested = beantragt
post-status-granted = bewilligt
post-status-advertised = ausgeschrieben
post-status-filled = besetzt
post-status-ending = kw
post-status-dropped = entfallen

budget-period-kind-single = Einzelhaushalt
budget-period-kind-double = Doppelhaushalt

budget-period-status-draft = Entwurf
budget-period-status-provisional = vorläufig
budget-period-status-adopted = beschlossen
budget-period-status-in_force = in Kraft
budget-period-status-closed = abgeschlossen

printed-precision-exact = auf den Cent
printed-precision-thousand = in TEUR
printed-precision-tenth_million = rund, in Mio. EUR

verdict-exact = exakt
verdict-rounded = gerundet
verdict-differs = Widerspruch

recurrence-once = einmalig
recurrence-half_yearly = halbjährlich
recurrence-yearly = jährlich

resolution-kind-preliminary = Vorberatung
resolution-kind-decision = Beschlussfassung
resolution-kind-information = Kenntnisnahme

resolution-outcome-open = offen
resolution-outcome-recommended = empfohlen
resolution-outcome-adopted = beschlossen
resolution-outcome-noted = zur Kenntnis genommen
resolution-outcome-rejected = abgelehnt

institution-kind-municipality = Gemeinde oder Stadt
institution-kind-district = Landkreis

age-1-14 = 1 bis 14 Tage
age-15-30 = 15 bis 30 Tage
age-31-60 = 31 bis 60 Tage
age-over-60 = mehr als 60 Tage

# Was für einen Statuswechsel fehlen kann.
field-owner = Umsetzungsverantwortliche
field-org_unit = Organisationseinheit
field-due = Termin
field-links = Anforderung oder Baustein
field-reason = Begründung
field-initiator = Initiierung
field-deputy = Vertretung
field-start_planned = geplanter Beginn
field-cost = Aufwandsschätzung
field-budget_lines = Haushaltszeile oder Begründung, warum keine nötig ist
field-blocked_by = Hindernis
field-blocked_until = voraussichtliches Ende der Blockade
field-evidence = gültiger Nachweis
field-method = Prüfmethode
field-review_on = Wiedervorlage
field-residual_risk = Restrisiko
field-adopted_resolution = gefasster Beschluss
field-ends_on = Tag des Wegfalls (kw)

# Aktionen der Zugriffsregeln: `measure.read` ist das Attribut `.read` von `action-measure`.
action-institution =
    .read = Institution ansehen
    .create = Institution anlegen
action-catalogue =
    .read = Katalog ansehen
    .import = Katalog importieren
action-programme =
    .read = Maßnahmenpakete ansehen
    .import = Maßnahmenpakete einlesen
    .import_history = Maßnahmenpakete mit früheren Schritten einlesen
action-budget =
    .read = Haushaltszahlen ansehen
    .read_own = Haushaltszahlen der eigenen Maßnahmen ansehen
    .post = Buchungen vornehmen
    .allocate = Zeilen auf Maßnahmen aufteilen
action-posting =
    .import = Buchungen der Finanzsoftware einlesen
    .assign = Buchungen einer Haushaltszeile zuordnen
action-posting_rule =
    .write = Zuordnungsregeln für Konten bearbeiten
action-post =
    .read = Stellen ansehen
    .write = Stellen bearbeiten
    .change_status = Status von Stellen ändern
action-budget_period =
    .read = Haushaltsperioden ansehen
    .write = Haushaltsperioden bearbeiten
action-resolution =
    .read = Beschlüsse ansehen
    .write = Beschlüsse bearbeiten
action-measure =
    .read = Maßnahmen ansehen
    .create = Maßnahmen anlegen
    .update = Maßnahmen bearbeiten
    .link = Verknüpfungen von Maßnahmen ändern
    .migrate = Verknüpfungen in einen neueren Katalog überführen
    .change_status = Status von Maßnahmen ändern
    .report_progress = Fortschritt von Maßnahmen melden
    .comment = Maßnahmen kommentieren
    .add_evidence = Nachweise benennen
    .withdraw_evidence = Nachweise zurücknehmen
    .request_postponement = Terminverschiebungen beantragen
    .withdraw_postponement = Anträge auf Terminverschiebung zurücknehmen
    .decide_postponement = über Terminverschiebungen entscheiden
    .consolidate = Maßnahmen zusammenlegen, aufteilen und ersetzen
    .import = Maßnahmen aus Tabellen einlesen
    .export = Maßnahmen als Tabelle ausgeben
action-target_object =
    .read = Zielobjekte ansehen
    .write = Zielobjekte bearbeiten
action-check =
    .read = den Grundschutz-Check ansehen
    .write = den Grundschutz-Check führen
    .approve_dispensable = „entbehrlich“ bei Basis-Anforderungen genehmigen
action-filter =
    .save = Filter speichern
action-dashboard =
    .read = Übersicht ansehen
action-audit =
    .read = Protokoll ansehen
action-reminder =
    .read = Erinnerungen ansehen
    .plan = Erinnerungen planen
action-deadline =
    .read = Termine einsehen
    .write = Termine setzen
    .complete = Termine als erfüllt melden
    .pause = Termine ruhen lassen
action-absence =
    .read = Abwesenheiten einsehen
    .write = Abwesenheiten eintragen
action-calendar_feed =
    .write = Kalender abonnieren
action-notification =
    .read = Zustellung der Mails ansehen
    .retry = aufgegebene Mails erneut senden
    .report = aufgegebene Mails melden
action-webhook =
    .read = Webhooks ansehen
    .write = Webhooks bearbeiten, testen und erneut aufrufen
    .plan = Webhooks planen
    .switch_off = Webhooks abschalten
action-user =
    .manage = Konten und Rollen verwalten

# Warum an einem Tag keine Erinnerungen verschickt werden.
quiet-weekend = Wochenende
quiet-holiday = Feiertag ({ $name })
    .plain = Feiertag
quiet-closed = Schließtag

deadline-implementation = Umsetzung
deadline-start = Beginn
deadline-verification = Prüfung der Umsetzung
deadline-review = Wiedervorlage
deadline-gs_check_refresh = Auffrischung des Grundschutz-Checks
deadline-risk_acceptance = Risikoübernahme
deadline-exception = Ausnahme
deadline-evidence = Nachweis
deadline-council_report = Bericht an das Gremium
deadline-duty = Pflicht aus einem Beschluss
deadline-management_report = Bericht an die Leitung
deadline-is_revision = IS-Revision
deadline-audit = Audit
deadline-audit_finding = Feststellung eines Audits
deadline-budget_milestone = Haushaltstermin
deadline-post_start = Besetzung einer Stelle
deadline-legal = gesetzliche Frist

# Name of a calendar feed.
calendar-name = Termine { $institution }

postponement-state-pending = beantragt
postponement-state-approved = genehmigt
postponement-state-refused = abgelehnt
postponement-state-withdrawn = zurückgenommen
