//! What the modules above hear.

use kernel::{CustomerId, Millis, StoreId};
use platform::events::DomainEvent;

macro_rules! said {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            pub customer: CustomerId,
            /// Where it was said.
            pub store: Option<StoreId>,
            pub at: Millis,
        }
        impl DomainEvent for $name {
            fn kind(&self) -> &'static str {
                $kind
            }
            fn subject(&self) -> i64 {
                self.customer.raw()
            }
            fn store(&self) -> Option<StoreId> {
                self.store
            }
        }
    };
}

said! {
    /// 拒访: every programme ends, in every store of the group.
    CustomerOptedOut, "customer_opted_out"
}
said! {
    /// Calls are welcome again; nothing that ended comes back by itself.
    CustomerOptedIn, "customer_opted_in"
}
