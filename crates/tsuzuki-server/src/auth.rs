//! Who calls: from what a request shows to a key, or to the error AWS would send.
//!
//! In two steps. [`Auth::claim`] sees the head only, so that nobody without a key makes us read a
//! body; [`Auth::prove`] has all of it. What the key may do is asked afterwards ([`Caller::may`]).

mod bearer;
mod canonical;
mod replay;
mod sigv4;

use crate::door::Whole;
use crate::error::Fault;
use crate::keys::{Key, Keys};
use crate::{Operation, Operations, Spending};
use http::header::AUTHORIZATION;
use http::request::Parts;
use replay::{Replays, Seen};
use std::sync::Arc;
use tsuzuki::engine::{Mode, ModelId};

/// Who may call.
#[derive(Debug, Clone)]
pub enum Access {
    /// Everybody who reaches the listener: for loopback addresses only.
    Open,
    /// Whoever has a key.
    Keys {
        /// How a key may prove itself.
        schemes: Schemes,
        /// The keys.
        keys: Arc<Keys>,
        /// What they spent.
        spending: Arc<Spending>,
        /// The regions a signature may name; none means any.
        regions: Vec<String>,
    },
}

/// How a key may prove itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schemes {
    /// By a signature.
    Sigv4,
    /// By a token.
    Bearer,
    /// By either.
    Both,
}

/// The check at the door.
pub(crate) struct Auth {
    access: Access,
    operations: Operations,
    replays: Replays,
}

/// What a request's head says about its caller; nothing is proved yet.
pub(crate) enum Claim {
    Nobody,
    Signed(sigv4::Claim, Arc<Key>),
    Token(Arc<Key>),
}

/// Who calls, proved.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The key; `None` where none is needed.
    pub(crate) key: Option<Arc<Key>>,
    pub(crate) freshness: Freshness,
}

/// Whether a request came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It did not, or it is an SDK's next attempt.
    New,
    /// It did, to the byte: it may hear the answer it began, and begin none.
    Repeated,
}

impl Auth {
    pub(crate) fn new(access: Access, operations: Operations) -> Self {
        Self {
            access,
            operations,
            replays: Replays::default(),
        }
    }

    /// What the head says.
    pub(crate) fn claim(&self, parts: &Parts) -> Result<Claim, Fault> {
        let (schemes, keys, regions) = match &self.access {
            Access::Open => return Ok(Claim::Nobody),
            Access::Keys {
                schemes,
                keys,
                spending: _,
                regions,
            } => (*schemes, keys, regions),
        };
        let mut shown = parts.headers.get_all(AUTHORIZATION).iter();
        let authorization = match (shown.next(), shown.next()) {
            (Some(one), None) => one.to_str().unwrap_or_default(),
            (None, _) => return Err(Fault::unauthenticated(MISSING, wanted(schemes))),
            (Some(_), Some(_)) => {
                return Err(Fault::unauthenticated(
                    INCOMPLETE,
                    "the request has two Authorization fields",
                ));
            }
        };
        match (authorization.split_once(' '), schemes) {
            (Some((sigv4::ALGORITHM, fields)), Schemes::Sigv4 | Schemes::Both) => {
                let claim = sigv4::Claim::read(fields, parts)?;
                let key = keys.by_id(&claim.scope.key).ok_or_else(|| {
                    Fault::unauthenticated(
                        UNRECOGNIZED,
                        "The security token included in the request is invalid.",
                    )
                })?;
                claim.check_scope(regions)?;
                Ok(Claim::Signed(claim, key))
            }
            (Some((scheme, token)), Schemes::Bearer | Schemes::Both)
                if scheme.eq_ignore_ascii_case(bearer::SCHEME) =>
            {
                bearer::key(token, keys).map(Claim::Token)
            }
            (Some(_) | None, Schemes::Sigv4 | Schemes::Bearer | Schemes::Both) => {
                Err(Fault::unauthenticated(MISSING, wanted(schemes)))
            }
        }
    }

    /// Whether the claim is true.
    pub(crate) fn prove(
        &self,
        claim: Claim,
        request: &Whole,
        operation: Operation,
    ) -> Result<Caller, Fault> {
        let new = |key| Caller {
            key,
            freshness: Freshness::New,
        };
        match claim {
            Claim::Nobody => Ok(Caller::nobody()),
            Claim::Token(key) => Ok(new(Some(key))),
            Claim::Signed(claim, key) => {
                claim.verify(&key, request)?;
                if !operation.spends() {
                    return Ok(new(Some(key)));
                }
                let freshness = match self.replays.see(&claim, request) {
                    Seen::First | Seen::Equal | Seen::NextAttempt => Freshness::New,
                    Seen::Repeated => Freshness::Repeated,
                    Seen::Replayed => return Err(replayed()),
                    Seen::Full => return Err(Fault::throttled()),
                };
                Ok(Caller {
                    key: Some(key),
                    freshness,
                })
            }
        }
    }

    /// Whether the endpoint and the key allow this.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        operation: Operation,
        model: Option<&ModelId>,
    ) -> Result<(), Fault> {
        if !self.operations.has(operation) {
            return Err(Fault::forbidden(format!(
                "{operation} is not open at this endpoint; its operator can open it"
            )));
        }
        caller
            .key
            .as_ref()
            .map_or(Ok(()), |key| may(key, operation, model))
    }
}

impl Caller {
    /// Somebody of whom no key is asked.
    pub(crate) const fn nobody() -> Self {
        Self {
            key: None,
            freshness: Freshness::New,
        }
    }

    /// Refuses a request that came before and cannot join an answer.
    pub(crate) fn must_be_new(&self) -> Result<(), Fault> {
        match self.freshness {
            Freshness::New => Ok(()),
            Freshness::Repeated => Err(replayed()),
        }
    }

    /// The key's name, for logs and metrics.
    pub(crate) fn name(&self) -> &str {
        self.key.as_ref().map_or("", |key| key.name.as_str())
    }

    /// Whether what the caller spends is limited.
    pub(crate) fn has_budget(&self) -> bool {
        self.key
            .as_ref()
            .is_some_and(|key| key.grants.budget.is_some())
    }

    /// The highest mode the key has.
    pub(crate) fn ceiling(&self) -> Option<Mode> {
        self.key.as_ref()?.grants.mode
    }
}

const MISSING: &str = "MissingAuthenticationTokenException";
const INCOMPLETE: &str = "IncompleteSignatureException";
const INVALID: &str = "InvalidSignatureException";
const UNRECOGNIZED: &str = "UnrecognizedClientException";

/// What a key's grants say.
fn may(key: &Key, operation: Operation, model: Option<&ModelId>) -> Result<(), Fault> {
    if !key.grants.operation(operation) {
        return Err(Fault::forbidden(format!(
            "the key {} is not allowed to call {operation}",
            key.name
        )));
    }
    if key.grants.budget.is_some() && !operation.is_counted() {
        return Err(Fault::forbidden(format!(
            "the key {} has a budget, and what {operation} costs is not counted",
            key.name
        )));
    }
    let allowed = match (model, operation) {
        (Some(model), _) => key.grants.model(model),
        // Its model stands in a body that nobody here reads.
        (None, Operation::StartAsyncInvoke) => key.grants.every_model(),
        (None, _) => true,
    };
    if allowed {
        return Ok(());
    }
    Err(Fault::forbidden(format!(
        "the key {} is not allowed to use this model",
        key.name
    )))
}

/// What a request hears that came before, and finds no answer to join.
pub(crate) fn replayed() -> Fault {
    Fault::unauthenticated(
        INVALID,
        "this signature was used before: sign every request anew (equal requests that are signed \
         within the same second have the same signature; give each an amz-sdk-invocation-id)",
    )
}

const fn wanted(schemes: Schemes) -> &'static str {
    match schemes {
        Schemes::Sigv4 => {
            "Missing Authentication Token: sign the request (SigV4) with a key of this endpoint"
        }
        Schemes::Bearer => {
            "Missing Authentication Token: send a token of this endpoint (AWS_BEARER_TOKEN_BEDROCK)"
        }
        Schemes::Both => {
            "Missing Authentication Token: sign the request (SigV4) or send a token \
             (AWS_BEARER_TOKEN_BEDROCK), with a key of this endpoint"
        }
    }
}
