//! Where it is written down what happened: numbers, and the audit log where there is one.

use crate::audit::Audit;
use crate::auth::Caller;
use crate::error::Fault;
use crate::metrics::Metrics;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Where it is written down what happened.
pub(crate) struct Books {
    pub(crate) metrics: Metrics,
    audit: Option<Audit>,
}

impl Books {
    pub(crate) fn new(audit: Option<Audit>) -> Self {
        Self {
            metrics: Metrics::default(),
            audit,
        }
    }

    /// A request was refused.
    pub(crate) fn refused(&self, method: &str, caller: &Caller, fault: &Fault) {
        self.metrics.refused(fault.name);
        self.tell(caller, || {
            json!({
                "event": "refused",
                "method": method,
                "status": fault.status.as_u16(),
                "error": fault.name,
            })
        });
    }

    /// Adds a line about a caller to the audit log.
    pub(crate) fn tell(&self, caller: &Caller, line: impl FnOnce() -> Value) {
        let Some(audit) = &self.audit else {
            return;
        };
        let mut line = line();
        if let Some(line) = line.as_object_mut() {
            line.insert("time".to_owned(), json!(Timestamp::now().to_string()));
            if let Some(key) = &caller.key {
                line.insert("key".to_owned(), json!({ "id": key.id, "name": key.name }));
            }
        }
        audit.tell(&line);
    }
}
