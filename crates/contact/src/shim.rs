use serde::{Deserialize, Serialize};
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub zh: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    pub path: String,
    pub code: &'static str,
}
pub trait Rulebook: Serialize + serde::de::DeserializeOwned + Clone + Send + Sync + 'static {
    const KIND: &'static str;
    fn seed() -> Self;
    fn check(&self) -> Vec<RuleFault>;
}
