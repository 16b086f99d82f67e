# The follow-up queue
queue-title = Follow-up queue
queue-lead = { $n ->
    [one] 1 follow-up open
   *[other] { $n } follow-ups open
}: { $due } due today
queue-lead-late = { $n ->
    [one] 1 follow-up open
   *[other] { $n } follow-ups open
}: { $overdue } overdue, { $due } due today
queue-whose = Whose
queue-mine = Mine
queue-all = Whole store
queue-start = Start calling
queue-kinds = By kind
queue-every-kind = All
queue-kind-recall = Re-call
queue-find = Name, phone or plate
queue-customer = Customer
queue-vehicle = Vehicle
queue-kind = Kind
queue-due = Due
queue-why = Why here
queue-attempts = Attempts
queue-best-time = Best time
queue-agent = Agent
queue-fleet = Organisation · { $name }
queue-today = today
queue-today-at = today { $time }
queue-tomorrow = tomorrow
queue-tomorrow-at = tomorrow { $time }
queue-overdue-since = since { $time }
queue-why-promise = The agreed time has come
queue-why-overdue = Past its deadline
queue-why-due-today = Due today
queue-why-recall = A result waits for its re-call
queue-why-window = By deadline
queue-why-tried = { $n ->
    [one] Tried once, may be tried again
   *[other] Tried { $n } times, may be tried again
}
queue-why-promised-later = Agreed for later; first in line from then on
queue-why-put-aside = { $reason }; back at { $time }
queue-why-not-yet = May be called from { $time }
queue-taken = { $name } is on it
queue-time-morning = morning
queue-time-noon = noon
queue-time-afternoon = afternoon
queue-time-evening = evening
queue-time-any = any time
queue-skip = Skip for now
queue-skip-name = Skip for now: { $name }
queue-aside-busy-now = Something urgent came up
queue-aside-needs-facts = Facts must be checked first
queue-aside-bad-moment = Not a good hour for this call
queue-aside-asked-colleague = Waiting for a colleague
queue-aside-other = Another reason
queue-more = More
queue-tick = Select
queue-tick-name = Select { $name }
queue-assign-to = Give the selected to
queue-assign-share = By share
queue-assign = Reassign
queue-empty = Nobody to call just now
queue-empty-text = Follow-ups appear here by themselves when they may be called.
queue-none-found = Nothing found
queue-none-found-text = Try another name, the last four digits of a phone, or a plate.
queue-tomorrow-promised = Promised for tomorrow
queue-nothing-promised = Nothing is promised for tomorrow.
queue-numbers = Numbers needed
queue-numbers-n = { $n ->
    [one] 1 customer has no number that can be dialled
   *[other] { $n } customers have no number that can be dialled
}
queue-numbers-lead = Once a number is there, the follow-up returns to the queue
queue-numbers-empty = Every customer has a number
queue-number-of = Number of { $name }
queue-number-save = Add
error-queue-aside-reason = Choose a reason
error-queue-none-ticked = Select the customers to be reassigned first
queue-why-case-open = Open case; the re-call follows
queue-moved-away = { $n ->
    [one] One of them falls due, or is promised, while that colleague is away: please arrange it again.
   *[other] { $n } of them fall due, or are promised, while that colleague is away: please arrange them again.
}
queue-moved-undo = Take back
queue-returned = { $n ->
    [one] One follow-up went back
   *[other] { $n } follow-ups went back
}
queue-returned-left = { $n ->
    [one] One was left alone: somebody has gone on with it.
   *[other] { $n } were left alone: somebody has gone on with them.
}
refused-reassign-undone = This move was taken back already, or more than an hour has passed
queue-agent-away = { $name } (away)
queue-moved = { $n ->
    [one] One follow-up was reassigned
   *[other] { $n } follow-ups were reassigned
}
queue-shut = No calls at this hour; from { $time } again.
queue-matching = All { $n } shown
queue-of = Agent
queue-of-all = All agents
queue-day-promised = Promised for { $day }
queue-found-inbound = Calls opened from here are recorded as inbound.
queue-found-cut = Only the first ones are shown; write more of the name, number or plate.
queue-choose = Several follow-ups wait for this customer. Which one?
shares-title = Shares and absence
shares-lead = New follow-ups go by share to those who are there; a share of 0 gets none
shares-held = Open now
shares-share = Share
shares-from = Away from
shares-until = Away until
shares-gets = Of the next { $n }
shares-preview = Preview
shares-preview-shown = This is a preview; nothing is saved yet.
shares-saved = Saved
shares-undo = Undo
shares-hand-over = Hand over { $n } due during the absence
shares-handed = { $n ->
    [one] 1 follow-up of { $name } went to the others
   *[other] { $n } follow-ups of { $name } went to the others
 }
refused-nobody-there = Nobody else is there to take them: change shares or absences first
conflict-dial-hours = No calls at this hour. Dial all the same?
conflict-wish-done = Somebody has already seen to it
bookings-title = Appointment requests
bookings-lead = Said in a follow-up; contact the customer soon
bookings-none = No open requests
bookings-wish = When and what
bookings-at = Said at
bookings-done = Done
notice-booking = A customer wants an appointment
notice-praise = A customer praised you in a follow-up
