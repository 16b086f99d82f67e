# Words that any form may need.
error-required = Fill this in
error-too-long = This is too long
error-choice = Choose one from the list
error-date-form = Write the date as 2026-11-22
error-date-order = The end lies before the start

# Signing in.
identity-sign-in = Sign in
identity-login = Login
identity-login-hint = Letters and digits; capitals do not matter
identity-password = Password
identity-sign-in-forgotten = If you forgot your password, ask your supervisor for a one-time link.
identity-sign-in-empty = Nobody has an account yet. The program printed a setup link to its console when it started, good for 15 minutes; later run zhiyin setup link on that machine for a new one.
error-sign-in-wrong = Login or password is wrong
error-sign-in-wait = Too many wrong tries; try again in { $arg } seconds
error-login-short = A login has at least 2 characters
error-login-form = A login has letters, digits and . - _ @ only, at most 40
error-login-taken = Somebody uses this login; choose another
error-password-wrong = The current password is wrong
error-password-short = A password has at least 10 characters
error-password-long = A password has at most 128 characters
error-password-login = Leave the login out of the password
error-password-easy = This password is too easy to guess
error-password-differs = The two passwords differ

# One-time links.
identity-link = One-time link
identity-link-once = The link is good for 15 minutes and works once.
identity-link-password = Set a password
identity-link-password-for = You are setting the password of { $name }. All other devices of this account will be signed out.
identity-link-password-save = Save and sign in
identity-link-demo = Enter the demonstration
identity-link-demo-as = You will enter the demonstration store as { $name }.
identity-link-demo-enter = Enter
identity-link-gone = This link no longer works
identity-link-gone-why = A one-time link is good for 15 minutes and works once; a newer link makes older ones void.
identity-link-gone-how = For a forgotten password ask your supervisor for a new one; for the first setup run zhiyin setup link on the machine of the program; for the demonstration start the program again and use the link it prints.
error-loopback-only = Demonstration links work only on the computer that runs the program

# First run.
identity-setup = First setup
identity-setup-intro = Begin with a group, its first store and an administrator; everything can be changed later.
identity-setup-where = Group and store
identity-setup-store = First store
identity-setup-who = Administrator
identity-setup-administrator = The administrator manages settings and people and sees no customer data.
identity-setup-save = Finish setup
refused-set-up = Somebody finished the setup already; just sign in

# My account.
identity-account = My account
identity-actions = Actions
identity-saved = Saved
identity-preferences = Preferences
identity-language = Language
identity-theme = Appearance
identity-theme-system = As the system
identity-theme-light = Light
identity-theme-dark = Dark
identity-keys = Keyboard shortcuts
identity-keys-on = Use single-key shortcuts
identity-keys-hint = When off, Alt with the key still works. Press ? on any page for its shortcuts.
identity-keys-own = Use keys of your own
identity-key-shipped = Original key
identity-key-own = Key now
error-keys-one = A shortcut is a single character
error-keys-twice = Two actions have the same key: { $arg }
identity-password-change = Change password
identity-password-current = Current password
identity-password-new = New password
identity-password-again = Once more
identity-password-hint = At least 10 characters; a sentence only you know is easiest to remember
identity-password-others = All your other devices will be signed out.
identity-devices = Signed-in devices
identity-devices-end-all = Sign out everywhere
identity-device = Device
identity-device-this = this one
identity-device-since = Signed in
identity-device-seen = Last used
identity-device-end = Sign out
identity-address = Address

# People.
identity-people = People
identity-people-list = People
identity-people-empty = Nobody here yet
identity-people-empty-next = Add follow-up agents, then contacts can be shared out.
identity-person-add = Add a person
identity-person-add-next = After saving, issue a one-time link with which they set their password.
identity-person-added = Added. Issue a one-time link so that they can set their password.
identity-person-name = Name
identity-person-file = Details
identity-person-state = State
identity-state-active = Active
identity-state-left = Deactivated
identity-state-no-password = No password yet
identity-seen = Last seen
identity-agent-number = Staff number
identity-agent-number-hint = The number given to the customer at the end of a call
error-agent-number-form = A staff number has at most 12 letters or digits
identity-this-store = This store
identity-whole-group = Whole group
identity-more = Next page
identity-role = Role
identity-roles-held = Roles held
identity-roles-none = No role yet: nothing can be done with this account.
identity-role-add = Add a role
identity-roles-save = Save roles
identity-roles-sign-out = A change of roles signs the person out at once.
identity-place = Where
identity-department = Department
identity-department-usual = Usual for the role
identity-department-showroom = Showroom (sales)
identity-department-service = Service
identity-department-care = Care centre
identity-share = Share and absence
identity-share-why = Concerns only how new follow-ups of { $store } are shared out.
identity-share-weight = Share
identity-share-hint = In proportion to the others of the store; 0 = no new ones
identity-absent-from = Absent from
identity-absent-until = Until
identity-absent-hint = Both days included; no new follow-ups in between
error-share-range = A share is a whole number from 0 to 1000
identity-account-theirs = Account
identity-link-why = For a forgotten or a first password: issue a link and hand it over in person or by your internal messenger.
identity-link-issue = Issue a one-time link
identity-link-issued = Link issued
identity-link-issued-how = Hand it to { $name } now; it is not shown again after you leave this page.
identity-leave = Deactivate (leaving staff)
identity-leave-why = Signs out all devices and removes the password at once; open follow-ups and cases are handed over in the same step.
identity-successor = Open work of { $store } goes to
identity-successor-none = Nobody in particular (follow-ups are shared out anew, cases stay with the department)
identity-leave-now = Deactivate and hand over
identity-return = Reactivate
identity-return-why = The roles are kept; a new link is needed to set a password.
error-successor-unfit = The person chosen may not do this work
error-administrator-group = The administrator's role is held in the whole group only
refused-set-up-first = There is no first group yet: finish the setup with its link first
refused-yourself = Nobody changes their own rights or account; ask another administrator
refused-administrators-only = Only administrators give or take this role
refused-not-yours-to-give = You do not hold this yourself, so you cannot give or take it
refused-last-administrator = At least one administrator who can sign in must stay
refused-has-left = This account is deactivated
refused-has-not-left = This account is not deactivated
refused-no-demo = Only a demonstration group has demonstration links

# Roles.
identity-roles = Roles
identity-roles-intro = What each role may do, and how far
identity-roles-note = No right reaches further than the place where a role is held: held in one store, it reaches that store at most. Choose a role's name to change it.
identity-role-new = New role
identity-role-zh = Name (Chinese)
identity-role-en = Name (English, optional)
identity-role-sign-out = Saving signs out everybody who holds this role.
identity-role-shipped = Back to what was shipped
error-grants-group-only = Accounts and settings are given for the whole group or not at all
conflict-role = Somebody just changed this role; reload and try again
identity-cap = Right
identity-cap-call-work = Make follow-up calls
identity-cap-queue-see = See queues and the live board
identity-cap-queue-assign = Assign tasks, shares and absences
identity-cap-rule-edit = Rules, scripts and calendar
identity-cap-customer-read = See customers
identity-cap-customer-edit = Change customers
identity-cap-customer-reveal = See full numbers
identity-cap-customer-merge = Merge customer files
identity-cap-import-run = Import
identity-cap-case-read = See cases
identity-cap-case-handle = Handle cases
identity-cap-case-decide = Decide escalated cases
identity-cap-report-read = See reports
identity-cap-report-agents = Reports by name of agent
identity-cap-people-manage = Manage people of the store
identity-cap-admin-manage = Manage all accounts and roles
identity-cap-settings-edit = Stores and settings
identity-cap-audit-read = See the audit log
identity-reach = Reach
identity-reach-none = None
identity-reach-own = Own
identity-reach-department = Department
identity-reach-store = Store
identity-reach-region = Region
identity-reach-group = Whole group

# Stores.
identity-stores = Stores
identity-stores-list = Stores
identity-store-add = Add a store
identity-store-name = Name
identity-store-code = Code
identity-store-code-hint = As in the exports of the dealer-management system; cannot be changed later
identity-store-code-fixed = Imports know the store by it; cannot be changed
identity-store-brand = Brand
identity-store-brand-hint = Several brands with commas
identity-store-city = City
identity-store-phone = Service number
identity-store-phone-hint = The number customers are told in calls
identity-store-dial = Dialling
identity-store-dial-hint = For desk phones choose "show the digits"
identity-store-tz = Time zone
identity-store-tz-hint = For example Asia/Shanghai
identity-store-close = Closed down: takes no new work and is offered nowhere
identity-store-closed = Closed down
identity-store-open = Open
identity-store-hours-where = Opening hours and holidays are set per store on the calendar page.
identity-dial-tel = Click to dial
identity-dial-digits = Show the digits
identity-regions = Regions
identity-regions-why = A region is a set of stores; head office looks at them by region.
identity-region-add = New region
identity-region-name = Name of the region
identity-region-stores = { $n ->
    [one] one store
   *[other] { $n } stores
}
identity-group = Group
identity-group-name = Name of the group
error-code-form = A code has letters, digits and - _ . only, at most 20
error-code-taken = Another store has this code
error-phone-form = A number has digits, spaces, brackets, hyphens and a leading plus only
error-tz-unknown = There is no such time zone; write it like Asia/Shanghai

# Calendar.
identity-calendar = Calendar
identity-calendar-missing = Holidays and make-up workdays of { $year } are not entered yet; weekly hours are used meanwhile. Enter them here once they are published.
identity-days = Special days of { $year }
identity-days-empty = No special days in this year yet
identity-days-empty-next = Years without entries use the weekly hours.
identity-day-add = Add or change a day
identity-day-date = Date
identity-day-kind = Kind
identity-day-kind-holiday = Public holiday
identity-day-kind-workday = Make-up workday
identity-day-kind-closed = Store closed
identity-day-kind-hours = Special hours
identity-day-hours = Opening hours
identity-day-name = Name
identity-day-hours-hint = For example 09:00-12:00 13:00-16:00; empty on a make-up workday = as on a usual one
identity-day-source = Source
identity-day-by-hand = Entered by hand
identity-day-shut = Closed
identity-day-group = For the whole group
identity-day-drop = Delete
identity-hours = Weekly hours
identity-hours-hint = Several spans a day with a space between; empty = closed. For example 08:30-12:00 13:00-18:00
identity-hours-save = Confirm hours
identity-weekday-1 = Monday
identity-weekday-2 = Tuesday
identity-weekday-3 = Wednesday
identity-weekday-4 = Thursday
identity-weekday-5 = Friday
identity-weekday-6 = Saturday
identity-weekday-7 = Sunday
error-spans-form = Write spans as 08:30-12:00 with a space between them
error-spans-overlap = Spans overlap
error-week-closed = The store must be open on at least one day a week
refused-loopback-only = Demonstration links work only on the machine that runs the program
identity-keys-own-hint = One key does one thing; empty switches it off. Digits answer questions and stay free.
identity-key-action = Action
error-keys-digit = Digits answer questions and cannot be used for something else
admin-title = Looking after the system
admin-fine = People, stores, calendars and jobs are in order; nothing waits for you.
admin-jobs-failed = { $n ->
    [one] One background job failed in the last 7 days and is not tried again
   *[other] { $n } background jobs failed in the last 7 days and are not tried again
 }
admin-jobs-failed-how = Run zhiyin doctor on the server and follow what it says; if that does not help, ask your technician and bring the log.
admin-jobs-retried = { $n ->
    [one] One background job met an error and is being tried again
   *[other] { $n } background jobs met an error and are being tried again
 }
admin-jobs-retried-how = This mostly mends itself; if it stays, run zhiyin doctor on the server.
admin-stores-empty = { $n ->
    [one] One store has no people yet
   *[other] { $n } stores have no people yet
 }
admin-stores-empty-how = Add a care supervisor first, then follow-up agents; only then can the store import and call.
admin-unsigned = { $n ->
    [one] One person has no password and cannot sign in
   *[other] { $n } people have no password and cannot sign in
 }
admin-unsigned-how = Open the colleague on the page of people, make a one-time link and hand it over.
admin-jobless = { $n ->
    [one] One person has no role and can do nothing after signing in
   *[other] { $n } people have no role and can do nothing after signing in
 }
admin-jobless-how = Open the colleague on the page of people and give them a role; who has left should be marked so.
admin-unmanaged = { $n ->
    [one] One department has no manager: nobody handles its cases
   *[other] { $n } departments have no manager: nobody handles their cases
 }
admin-unmanaged-how = Give a colleague the manager’s role of the department, on the page of people: { $names }
admin-uncalendared = { $n ->
    [one] One store’s opening hours were never looked at
   *[other] { $n } stores’ opening hours were never looked at
 }
admin-uncalendared-how = Deadlines and hours for calling follow the store’s calendar. Still to be looked at: { $names }
admin-year = Public holidays are missing
admin-year-how = Nobody has entered the holidays and make-up workdays of { $year }; deadlines count plain weekends.
admin-tone-bad = failed
admin-tone-warn = to do
