//! What a follow-up is made of. Pure values; the words are those of the tables.

use kernel::{
    AttemptId, CaseId, ContactId, CustomerId, Department, Millis, PersonName, Phone, PhoneLineId, StoreDate, StoreId,
    TaskId, UserId, VehicleId,
};
use platform::{keyed, row};

/// A rule's key as in `rules.json`; re-calls have a kind of their own.
pub const RECALL: &str = "recall";

keyed! {
    pub enum TaskState {
        /// Its import is not applied yet: no agent sees it.
        Hidden = "hidden",
        Open = "open",
        /// Settled in a call.
        Done = "done",
        /// Ended without one.
        Ended = "ended",
    }
}

keyed! {
    pub enum TaskResult {
        Complete = "complete",
        Partial = "partial",
        Refused = "refused",
        OptedOut = "opted_out",
        /// All attempts of the rule were made.
        Exhausted = "exhausted",
        Expired = "expired",
        /// A further vehicle of a fleet, counted with the ones asked about in detail.
        Merged = "merged",
        NoNumber = "no_number",
        /// The event was cancelled or its import undone.
        Cancelled = "cancelled",
        /// A case of the customer took over.
        Superseded = "superseded",
    }
}

impl TaskResult {
    /// `Done` for what was settled in a call, `Ended` for the rest.
    pub const fn state(self) -> TaskState {
        match self {
            Self::Complete | Self::Partial | Self::Refused | Self::Merged => TaskState::Done,
            Self::OptedOut | Self::Exhausted | Self::Expired | Self::NoNumber | Self::Cancelled | Self::Superseded => {
                TaskState::Ended
            }
        }
    }
}

keyed! {
    /// A9.12: what the targets are set for.
    pub enum Class {
        NewCar = "new_car",
        /// Repair of a car that was new: delivered within as many months as the rules say.
        NewCarRepair = "new_car_repair",
        Repair = "repair",
        Recall = "recall",
    }
}

keyed! {
    pub enum ContactState {
        Hidden = "hidden",
        Open = "open",
        /// No number left that could be dialled.
        NumberNeeded = "number_needed",
        Done = "done",
    }
}

keyed! {
    pub enum SubjectKind { RepairOrder = "repair_order", Delivery = "delivery", Case = "case" }
}

keyed! {
    /// Why an event made no task.
    pub enum SkipReason {
        OptedOut = "opted_out",
        /// The case's own re-call takes over.
        CaseOpen = "case_open",
        ContactedLately = "contacted_lately",
    }
}

keyed! {
    pub enum Direction { Out = "out", In = "in" }
}

keyed! {
    /// What an answer means, as data of its option.
    pub enum Effect { Good = "good", Neutral = "neutral", Improve = "improve", Bad = "bad" }
}

keyed! {
    pub enum Mark { Praise = "praise", Suggestion = "suggestion", Complaint = "complaint", Question = "question" }
}

keyed! {
    /// Why an agent puts a contact aside for a while.
    pub enum Aside {
        BusyNow = "busy_now",
        NeedsFacts = "needs_facts",
        BadMoment = "bad_moment",
        AskedColleague = "asked_colleague",
        Other = "other",
    }
}

/// One answer, with the effect its option had when it was given. `task` `None`: a question shared by all tasks.
#[derive(Clone, Debug)]
pub struct AnswerIn {
    pub task: Option<TaskId>,
    pub question: String,
    pub option: Option<String>,
    pub effect: Effect,
    pub text: Option<String>,
    pub case_kind: Option<String>,
    pub department: Option<Department>,
}

/// One remark. Complaint and question open a case, a suggestion when an answer is wanted; praise goes to `person`.
#[derive(Clone, Debug)]
pub struct RemarkIn {
    pub task: Option<TaskId>,
    pub mark: Mark,
    pub text: String,
    pub person: Option<String>,
    pub wants_answer: bool,
    pub case_kind: Option<String>,
    pub department: Option<Department>,
}

impl RemarkIn {
    pub const fn opens_case(&self) -> bool {
        match self.mark {
            Mark::Complaint | Mark::Question => true,
            Mark::Suggestion => self.wants_answer,
            Mark::Praise => false,
        }
    }
}

/// A call as the agent leaves it. `client_id` is the browser's: the same one is stored once.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    pub client_id: String,
    pub contact: ContactId,
    pub started_at: Millis,
    pub seconds: i64,
    pub direction: Direction,
    /// Key of the outcome in the store's outcome document.
    pub outcome: String,
    pub answers: Vec<AnswerIn>,
    pub remarks: Vec<RemarkIn>,
    /// The number that was dialled.
    pub phone_line: Option<PhoneLineId>,
    pub agreed_at: Option<Millis>,
    /// Not the person: who and when, in the words of whoever answered.
    pub who_when: Option<String>,
    pub new_phone: Option<Phone>,
    /// As [`best_time`](super::best_time) reads it.
    pub best_time: Option<String>,
    /// Vehicles that the customer has sold.
    pub sold_car: Vec<VehicleId>,
    pub note: Option<String>,
    /// C8: when and for what the customer wants the next appointment.
    pub booking: Option<String>,
    pub script_version: Option<i64>,
    /// The tasks that stood on the screen; `None`: all that are open.
    pub tasks: Option<Vec<TaskId>>,
    /// Fields of a case's record that were asked for during the call, by key.
    pub case_fields: Vec<(String, String)>,
    /// The confirmation that some outcomes ask for.
    pub confirmed: bool,
}

/// What became of a submission. `first` is false when the same client id was stored before.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub attempt: AttemptId,
    pub first: bool,
    pub arrived_late: bool,
    /// No number is left: the contact stands on the list of numbers needed.
    pub number_needed: bool,
    pub promise_at: Option<Millis>,
}

row! {
    #[derive(Clone, Debug)]
    pub struct Task {
        pub id: TaskId,
        pub store_id: StoreId,
        pub kind: String,
        pub class: Class,
        pub rule_version: i64,
        pub subject_kind: SubjectKind,
        pub subject_id: i64,
        /// 1, and more where a case was opened again.
        pub round: i64,
        pub customer_id: CustomerId,
        pub vehicle_id: Option<VehicleId>,
        pub phone_line_id: Option<PhoneLineId>,
        pub contact_id: Option<ContactId>,
        pub event_on: StoreDate,
        pub from_on: StoreDate,
        pub due_on: StoreDate,
        pub from_at: Millis,
        pub due_at: Millis,
        pub expires_at: Millis,
        pub state: TaskState,
        pub result: Option<TaskResult>,
        pub attempts: i64,
        pub attempts_in_window: i64,
        pub reached: bool,
        pub max_attempts: i64,
        pub agent_id: Option<UserId>,
        pub closed_at: Option<Millis>,
        pub created_at: Millis,
        pub version: i64,
        /// A9.12: whose targets it is measured against, as the car's was when it was planned; '' where unknown.
        pub brand: String,
    }
}

impl Task {
    /// The case whose re-call this is.
    pub fn recall_case(&self) -> Option<CaseId> {
        match self.subject_kind {
            SubjectKind::Case => Some(CaseId::new(self.subject_id)),
            SubjectKind::RepairOrder | SubjectKind::Delivery => None,
        }
    }
    pub fn is_open(&self) -> bool {
        match self.state {
            TaskState::Open | TaskState::Hidden => true,
            TaskState::Done | TaskState::Ended => false,
        }
    }
    pub fn close(&mut self, result: TaskResult, at: Millis) {
        self.state = result.state();
        self.result = Some(result);
        self.closed_at = Some(at);
    }
}

row! {
    #[derive(Clone, Debug)]
    pub struct Contact {
        pub id: ContactId,
        pub store_id: StoreId,
        pub customer_id: CustomerId,
        pub phone_line_id: Option<PhoneLineId>,
        pub person_key: String,
        pub person_name: Option<PersonName>,
        pub state: ContactState,
        pub kinds: String,
        pub vehicle_id: Option<VehicleId>,
        pub due_at: Millis,
        pub from_at: Millis,
        pub expires_at: Millis,
        pub not_before: Millis,
        pub promise_at: Option<Millis>,
        pub attempts: i64,
        pub rank: i64,
        pub agent_id: Option<UserId>,
        pub best_time: Option<String>,
        pub lease_user: Option<UserId>,
        pub lease_until: Millis,
        pub skip_reason: Option<Aside>,
        pub last_outcome: Option<String>,
        pub last_attempt_at: Option<Millis>,
        pub closed_at: Option<Millis>,
        pub import_id: Option<kernel::ImportId>,
        pub version: i64,
    }
}

impl Contact {
    /// Rule keys of the open tasks, and `recall`.
    pub fn kinds(&self) -> Vec<&str> {
        self.kinds.split(',').filter(|k| !k.is_empty()).collect()
    }
    /// Who works on it at `now`.
    pub fn holder(&self, now: Millis) -> Option<UserId> {
        self.lease_user.filter(|_| self.lease_until > now)
    }
    pub fn is_waiting(&self) -> bool {
        match self.state {
            ContactState::Open | ContactState::NumberNeeded => true,
            ContactState::Hidden | ContactState::Done => false,
        }
    }
}

row! {
    #[derive(Clone, Debug)]
    pub struct Attempt {
        pub id: AttemptId,
        pub store_id: StoreId,
        pub contact_id: ContactId,
        pub customer_id: CustomerId,
        pub client_id: String,
        pub agent_id: UserId,
        pub direction: Direction,
        pub outcome: String,
        /// The edition of the outcome table that names it.
        pub outcome_version: Option<i64>,
        /// One of the attempts that the rule asks for: spaced as it says.
        pub counts: bool,
        pub reached: bool,
        pub started_at: Millis,
        pub ended_at: Millis,
        pub seconds: i64,
        pub phone_line_id: Option<PhoneLineId>,
        pub agreed_at: Option<Millis>,
        pub note: Option<String>,
        pub who_when: Option<String>,
        pub late: bool,
        pub revoked_at: Option<Millis>,
    }
}
