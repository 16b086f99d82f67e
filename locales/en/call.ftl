# The call
call-title = Follow-up call
call-back = Queue
call-inbound = Customer calls
call-timer = Time of talk
call-minutes = { $from }–{ $to } minutes suggested
call-saved-case = Case #{ $number } is open: somebody will contact the customer in time
call-saved = { $name }: saved as “{ $outcome }”
call-take-back = Take back
call-take-back-until = until { $time }
call-held-by = { $name } is working on this customer; what you record is kept, marked as late.
call-lease-lost = Somebody else works on this customer now; what you record is kept.
call-file = Customer’s file
call-questions = Questions
call-help = Phrases and actions
call-digits-left = hidden in { "{n}" } s
call-draft-restored = What you had not sent is here again.
call-draft-pending = Noted; it is sent when the line is back.
call-draft-left = The new number is not kept on this computer; enter it again when the line is back.
call-draft-waiting = A call with this customer already waits to be sent.
call-continued = The line broke last time; everything answered is here, go on from there.
call-progress = { "{n}" } of { "{m}" } answered
call-progress-skipped = { "{n}" } of { "{m}" } answered, { "{skipped}" } skipped
call-count = { $n ->
    [one] 1 question
   *[other] { $n } questions
}
call-kept = saved
call-heading = { $script } · { $n ->
    [one] 1 question
   *[other] { $n } questions
}
call-moment-yes = Good moment
call-moment-no = Not now: another time
call-must = Must ask
call-skip = Skip
call-sorry = First apologise: { $line }
call-mark = Mark as
call-mark-praise = Praise
call-mark-suggestion = Suggestion
call-mark-complaint = Complaint
call-mark-question = Question
call-note-for = Note:{" "}
call-next-question = Next question
call-unreached = Not reached
call-more = More…
call-other-outcomes = Outcome of the call
call-complete = { $label }, next
call-queue-left = { $n ->
    [one] 1 left in the queue
   *[other] { $n } left in the queue
}
call-average = { $time } on average
call-visit = This visit
call-vehicle = Vehicle
call-visit-day = Came in
call-from-to = { $from }, settled { $to }
call-mileage = Mileage
call-items = Work
call-advisor = Advisor
call-consultant = Consultant
call-amount = Amount
call-against-estimate = { $paid } (estimate { $guess })
call-appointment = Appointment
call-appointment-yes = Yes
call-appointment-no = No
call-delivery-day = Delivered
call-merged = { $n ->
    [one] One more vehicle is counted in without its own questions.
   *[other] { $n } more vehicles are counted in without their own questions.
}
call-customer = Customer
call-phone = Phone
call-no-number = No number that can be dialled
call-number-wrong = Wrong number
call-number-out-of-service = Out of service
call-number-unknown = Not yet tried
call-number-works = Works
call-dial = Dial
call-dial-handed = Handed to this computer’s telephone program. If nothing rings, check that program, or ask the administrator to show numbers instead.
call-dial-failed = Not dialled; try again
call-owner = File
call-best-time = Best time
call-alert = Note
call-block-open-case = An open case
call-facts = Update details
call-new-phone = New number
call-unchanged = Unchanged
call-sold = { $plate } was sold
call-history = History
call-no-history = Nothing yet.
call-says = What to say now
call-never = Never say
call-remark = In the customer’s words
call-praised = Who is praised
call-handle = Actions
call-to-case = Make it a complaint
call-within-24h = Contact within 24 hours
call-booking = Book maintenance
call-booking-hint = When, what
call-agreed = Agreed time
call-agreed-own = Or choose a time
call-later-save = Save the time, next
call-save-next = Save, next
call-who-when = Who answered, what was said
call-who-at = When to call again
call-who-number = Or call this number
call-opt-out-confirm = The customer clearly wants no more follow-up calls
error-call-client = This page is out of date; open the call again
error-call-outcome = Choose an outcome
error-call-time = This time does not read; choose it again
call-past-call = Follow-up: { $outcome }
call-says-more = More
call-inbound-open = Customer calls: follow up now
call-second-date = Not settled yet: counted from the opening date
call-only-looks = You are only looking; this customer is not yours yet.
call-take-over = Take the call
call-again = The last call was taken back. What was filled in is still here: correct it and save again.
call-last-words = Last time ({ $time } { $outcome }): { $words }
call-skip-why = Put it aside for a while, with a reason; it comes back by itself.
call-dial-anyway = Dial all the same
call-must-why = Must ask · { $why }
call-must-open = Must-ask questions still open: { "{list}" }. Answer them, or:
call-must-partial = Save as “{ $label }”
call-must-join = { ", " }
call-must-note = Must-ask questions not answered ({ $list }), so this counts as “{ $outcome }”.
call-channel = Prefers
call-complaints = { $n ->
    [one] 1 case in the last 6 months
   *[other] { $n } cases in the last 6 months
 }
call-past-struck = taken back
call-past-answer = { $question }: { $answer }
call-done-lead = This follow-up is over; here is what was recorded.
call-who-hint = e.g. family or colleague, after seven in the evening
call-draft-twin = This call was recorded in another window. What you filled in here is kept; saving it records another call.
