# Follow-up: recording, taking back, dialling, rules
error-client-id = This record has no proper number; please open the call again
error-call-length = The length of the call cannot be right
error-outcome-unknown = There is no such outcome; please choose again
error-agreed-time-missing = Please enter the time agreed with the customer
error-agreed-time-past = The agreed time has passed; please enter another
error-agreed-time-far = The agreed time is too far ahead; at most 90 days
error-who-when-missing = Please note when the person can be reached, or at which number
error-confirm-missing = Please confirm first: the customer wants no follow-up at all
error-answer-of-another-task = An answer does not belong to this follow-up; reload and send again
error-text-too-long = Too long: at most 4,000 characters
error-remark-empty = Please write down the customer's words
error-not-an-agent = This colleague takes no calls at this store; please choose another
error-out-of-range = Out of range
error-label-missing = The Chinese name is missing
error-rule-key = Letters, digits and underscores only, at most 24
error-rule-key-twice = This key is used twice
error-rule-window-turned = The window cannot begin after its end
error-rule-expires-early = The expiry cannot lie before the end of the window
error-rule-too-long = At most 366 days
error-rule-date-of-other-event = This date does not belong to the chosen event
error-rule-asks-nobody = Please say whom to ask
error-rule-vehicles = Between 1 and 50 vehicles in detail
error-rule-script-missing = Please choose a script
error-rule-attempts = Between 1 and 20 attempts
error-rule-spacing = At most 72 hours apart
error-rule-call-windows = Call windows stand in order, do not overlap, and there is at least one
error-rule-permille = A target cannot exceed 100 %
error-rule-new-car-months = Months of a new car must be 1 to 60
error-rule-unknown = There is no such rule
error-rule-limit = Not within the allowed range
error-outcome-keyboard-twice = This key is used twice
error-outcome-result = An outcome that ends the task says how; the others do not
error-outcome-next = An outcome that ends the task has no next try; the others say when
error-outcome-reached = What is no attempt cannot have reached anybody
error-outcome-number-mark = An outcome that goes to the next number says how this one is marked
error-outcome-minutes = Between 1 minute and 14 days
error-outcome-needs-time = An outcome with an agreed time asks for the time or a message
error-outcome-complete-missing = There must be exactly one outcome that completes, and it must be on
refused-revoke-too-late = It is too late to take this back
refused-revoke-worked-since = Something was recorded with this customer since, so it cannot be taken back; please record another call
refused-dial-lease = Please open the customer's call first, then dial
refused-dial-limit = You have reached the number of calls for this hour; please wait, or speak to the supervisor
refused-dial-no-number = There is no number to dial; please add one under “numbers needed”
conflict-attempt-of-another = Somebody else has sent this record
conflict-attempt-revoked = This call has been taken back already
conflict-contact-done = The follow-up of this customer has ended
conflict-contact-taken = A colleague is on the phone with this customer
conflict-contact-changed = This customer's follow-up has just changed; reload and try again
conflict-task-changed = This follow-up has just changed; reload and try again
timeline-call = Follow-up call: { $outcome }
timeline-call-revoked = A call was taken back
timeline-call-in = The customer called: { $outcome }
timeline-call-tries = { $tries ->
    [one] tried once before
   *[other] tried { $tries } times before
 }
timeline-between = {"; "}
timeline-answers-more = { $count ->
    [one] 1 more answer on the page of the call
   *[other] { $count } more answers on the page of the call
 }
timeline-about = {" "}({ $name })
timeline-note = Note
