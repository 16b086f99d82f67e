app-name = Zhiyin
app-logo = 知音 ZHIYIN
menu = Menu
skip-to-content = Skip to content
notices = Notices
sign-out = Sign out
search-hint = Find a customer: name, phone, plate, VIN
store-switch = Switch store
close = Close
save = Save
cancel = Cancel
plain-http-warning = This server speaks plain HTTP: passwords and customer data can be read on the network. Switch to HTTPS soon.
drafts-pending = { $n ->
    [one] 1 call waits to be sent
   *[other] { $n } calls wait to be sent
  }
drafts-sign-in = Sign in and the waiting calls are sent
drafts-unsent-warning = Some calls are not sent yet; they need you to sign in again. Sign out all the same?
drafts-offline = The server is away. What you enter is kept on this device and sent when it is back.
drafts-refused = { $n ->
    [one] 1 call needs a correction before it can be sent
   *[other] { $n } calls need a correction before they can be sent
  }
keys-title = Keys
keys-hint = Digits answer, Enter opens the note, Esc leaves it, ↑ ↓ change the question; inside a field hold Alt with the same key.
search-short = Find a customer
offline-title = The server cannot be reached
try-again = Try again
duration-min-sec = { $min ->
    [0] { $sec } s
   *[other] { $min } min { $sec } s
 }
errors-title = A few things need mending
problem-invalid = Something in the form is not right
problem-not-found = Not found, or not yours to see
problem-forbidden = You do not have this right; ask your supervisor
problem-sign-in = Sign in first
problem-busy = Very busy at the moment; try again shortly
read-only-banner = The disk is full: you can read but not save. Leave what is unsaved on its page; finished calls stay on this device and are sent once there is room.
problem-read-only = The disk is full: you can read but not save. It recovers by itself once there is room.
problem-internal = Our fault, and it is logged; give the administrator this number
problem-home = Back to the start
refused-no-store = Choose a store first
refused-no-user = A person has to do this
refused-form-expected = The form came in an unexpected shape
refused-too-large = Too large
nav-manage = Manage
nav-reports = Reports
nav-today = Today
nav-queue = Follow-ups
nav-cases = Cases
nav-scripts = Scripts
notices-none = No notices yet
drafts-list = Show
drafts-title = Calls not sent yet
drafts-lead = Kept in this browser and shown to you alone; gone once they have arrived, after seven days at the latest
drafts-none = No call waits to be sent
drafts-call = Follow-up call
drafts-state-pending = Waiting
drafts-state-refused = Not accepted
drafts-state-draft = Unfinished
drafts-open = Open and correct
drafts-again = Try again
drafts-drop = Discard
drafts-drop-sure = What was recorded of this call is deleted from this browser for good. Discard it?
drafts-advice = Open the call, correct what is named and save again; if that does not help, tell your supervisor.
copy = Copy
copy-done = Copied
copy-selected = Selected: press Ctrl C (⌘ C on a Mac) to copy
printed = { $store } · printed { $time }
