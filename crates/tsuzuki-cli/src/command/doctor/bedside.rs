//! The doctor that the chat page asks: the same steps, but for the call, which costs money.

use super::finding::{Finding, Verdict};
use super::phrase::Phrase;
use super::{Chart, examine, policy, unusable};
use crate::backend;
use crate::config::Effective;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use tsuzuki_server::{Check, CheckState, Diagnosis, Doctor};

/// Looks whether Bedrock can be used, whatever answers now.
pub(in crate::command) struct Bedside {
    effective: Arc<Effective>,
    /// Where we listen ourselves, which must not be an upstream.
    listen: SocketAddr,
}

impl Bedside {
    /// By these settings.
    pub(in crate::command) fn new(effective: &Effective, listen: SocketAddr) -> Self {
        Self {
            effective: Arc::new(effective.clone()),
            listen,
        }
    }
}

impl Doctor for Bedside {
    fn look(&self) -> BoxFuture<'static, Diagnosis> {
        let (effective, listen) = (Arc::clone(&self.effective), self.listen);
        async move {
            let mut chart = Chart::default();
            match backend::bedrock(&effective, Some(listen)).await {
                Ok(bedrock) => {
                    chart.identity = Some(bedrock.identity().clone());
                    let usual = &effective.config.ask.model;
                    examine(&bedrock, None, usual, &mut chart).await;
                }
                Err(failure) => chart.add(unusable(failure)),
            }
            Diagnosis {
                checks: chart.findings.into_iter().map(Check::from).collect(),
                policy: Some(policy::least(chart.identity.as_ref(), &[], &[])),
            }
        }
        .boxed()
    }
}

impl From<Finding> for Check {
    fn from(finding: Finding) -> Self {
        Self {
            name: finding.name.to_owned(),
            state: match finding.verdict {
                Verdict::Passed => CheckState::Ok,
                Verdict::Failed => CheckState::Failed,
                Verdict::Skipped => CheckState::Skipped,
            },
            told: finding.fact.to_string(),
            told_as: finding.fact.worded(),
            hint: finding.hint.as_ref().map(Phrase::to_string),
            hint_as: finding.hint.as_ref().map(Phrase::worded),
        }
    }
}
