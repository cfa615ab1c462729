//! The least IAM policy for what is wanted.
//!
//! The actions and resources are those of AWS's "Actions, resources, and condition keys for Amazon
//! Bedrock", the shape of the statements for inference profiles that of "Prerequisites for inference
//! profiles" in the Amazon Bedrock user guide.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tsuzuki::bedrock::{Identity, Source};
use tsuzuki::engine::ModelId;
use tsuzuki::models::{Model, Models, Naming, naming};
use tsuzuki_server::Operation;

/// What is allowed unless operations are named: what the endpoint continues, and what doctor asks.
const USUAL: [Operation; 7] = [
    Operation::Converse,
    Operation::ConverseStream,
    Operation::Invoke,
    Operation::InvokeStream,
    Operation::CountTokens,
    Operation::ListFoundationModels,
    Operation::ListInferenceProfiles,
];

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Object {
    /// Models, by any of their names.
    Models,
    /// Models themselves.
    Bare,
    /// Inference profiles.
    Profiles,
    /// Guardrails.
    Guardrails,
    /// Nothing in particular.
    Anything,
}

/// The action that allows an operation, and what it is done to. Converse has no action of its own.
/// `None`: Tsuzuki's own, or one that AWS's documents do not tell us enough of.
const fn action(operation: Operation) -> Option<(&'static str, Object)> {
    match operation {
        Operation::Converse | Operation::Invoke => Some(("bedrock:InvokeModel", Object::Models)),
        Operation::ConverseStream | Operation::InvokeStream => {
            Some(("bedrock:InvokeModelWithResponseStream", Object::Models))
        }
        Operation::CountTokens => Some(("bedrock:CountTokens", Object::Bare)),
        Operation::ListFoundationModels => Some(("bedrock:ListFoundationModels", Object::Anything)),
        Operation::GetFoundationModel => Some(("bedrock:GetFoundationModel", Object::Bare)),
        Operation::ListInferenceProfiles => {
            Some(("bedrock:ListInferenceProfiles", Object::Anything))
        }
        Operation::GetInferenceProfile => Some(("bedrock:GetInferenceProfile", Object::Profiles)),
        Operation::ApplyGuardrail => Some(("bedrock:ApplyGuardrail", Object::Guardrails)),
        Operation::InvokeGuardrailChecks
        | Operation::StartAsyncInvoke
        | Operation::ListAsyncInvokes
        | Operation::GetAsyncInvoke
        | Operation::Metrics => None,
    }
}

/// The first of these operations for which no action is known here.
pub(super) fn unknown(operations: &[Operation]) -> Option<Operation> {
    operations
        .iter()
        .copied()
        .find(|operation| action(*operation).is_none())
}

/// The least policy. Without an identity it is for any region and account.
pub(super) fn least(
    identity: Option<&Identity>,
    operations: &[Operation],
    models: &[String],
) -> Value {
    let places = Place::all(identity);
    let wanted = if operations.is_empty() {
        USUAL.as_slice()
    } else {
        operations
    };
    let actions = |object: Object| -> BTreeSet<&str> {
        let all = wanted.iter().filter_map(|operation| action(*operation));
        all.filter(|(_, to)| *to == object)
            .map(|(action, _)| action)
            .collect()
    };
    let of_places = |of: fn(&Place) -> String| -> Vec<String> { places.iter().map(of).collect() };
    let mut names: Vec<Name> = Vec::new();
    for name in places.iter().flat_map(|place| place.names_of(models)) {
        // An ARN is the same wherever it is called from.
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let every = models.is_empty();
    let listed =
        |of: fn(&Name) -> &String| -> Vec<String> { names.iter().map(of).cloned().collect() };
    let bare = if every {
        of_places(|place| place.foundation("*", "*"))
    } else {
        listed(|name| &name.foundation)
    };
    let profiles = if every {
        let kinds = [
            of_places(|place| place.profile("*")),
            of_places(|place| place.own("application-inference-profile/*")),
        ];
        kinds.concat()
    } else {
        names
            .iter()
            .filter_map(|name| name.profile.clone())
            .collect()
    };
    let mut statements = Vec::new();
    let mut allow =
        |sid: String, actions: &BTreeSet<&str>, resources: Vec<String>, via: Option<&str>| {
            if actions.is_empty() || resources.is_empty() {
                return;
            }
            let mut statement = json!({
                "Sid": sid,
                "Effect": "Allow",
                "Action": actions,
                "Resource": resources.into_iter().collect::<BTreeSet<_>>(),
            });
            if let Some(profile) = via {
                statement["Condition"] =
                    json!({"StringLike": {"bedrock:InferenceProfileArn": profile}});
            }
            statements.push(statement);
        };
    let calls = actions(Object::Models);
    if every {
        let all = bare.iter().chain(&profiles).cloned().collect();
        allow("Models".to_owned(), &calls, all, None);
    } else {
        let direct = names.iter().filter(|name| name.profile.is_none());
        let direct = direct.map(|name| name.foundation.clone());
        let resources = direct.chain(profiles.iter().cloned()).collect();
        allow("Models".to_owned(), &calls, resources, None);
        // The models behind a profile, in every region it may choose; only by way of the profile.
        for (number, name) in names.iter().enumerate() {
            if let Some(profile) = &name.profile {
                let mut behind = vec![name.foundation.clone()];
                behind.extend(name.nowhere.clone());
                let sid = format!("BehindProfile{}", number + 1);
                allow(sid, &calls, behind, Some(profile));
            }
        }
    }
    allow(
        "ModelsThemselves".to_owned(),
        &actions(Object::Bare),
        bare,
        None,
    );
    allow(
        "Profiles".to_owned(),
        &actions(Object::Profiles),
        profiles,
        None,
    );
    let guardrails = of_places(|place| place.own("guardrail/*"));
    allow(
        "Guardrails".to_owned(),
        &actions(Object::Guardrails),
        guardrails,
        None,
    );
    allow(
        "Lists".to_owned(),
        &actions(Object::Anything),
        vec!["*".to_owned()],
        None,
    );
    if identity.is_some_and(|identity| identity.source == Source::ApiKey) {
        let action = BTreeSet::from(["bedrock:CallWithBearerToken"]);
        allow("ApiKey".to_owned(), &action, vec!["*".to_owned()], None);
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Where resources are.
struct Place {
    partition: &'static str,
    region: String,
    account: String,
}

/// A model as resources.
#[derive(PartialEq, Eq)]
struct Name {
    /// The model, wherever it may run.
    foundation: String,
    /// The model in no region, as global profiles ask for it.
    nowhere: Option<String>,
    /// The profile, if it is called by one.
    profile: Option<String>,
}

impl Place {
    /// The own region, and those that fallbacks name. Without an identity it is any.
    fn all(identity: Option<&Identity>) -> Vec<Self> {
        let Some(identity) = identity else {
            return vec![Self::of("*", None)];
        };
        std::iter::once(&identity.region)
            .chain(&identity.elsewhere)
            .map(|region| Self::of(region, identity.account.as_deref()))
            .collect()
    }

    fn of(region: &str, account: Option<&str>) -> Self {
        let partition = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("eusc-", "aws-eusc"),
            ("us-isob-", "aws-iso-b"),
            ("us-isof-", "aws-iso-f"),
            ("us-iso-", "aws-iso"),
            ("eu-isoe-", "aws-iso-e"),
        ]
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition);
        Self {
            partition,
            account: account.unwrap_or("*").to_owned(),
            region: region.to_owned(),
        }
    }

    fn foundation(&self, region: &str, id: &str) -> String {
        format!(
            "arn:{}:bedrock:{region}::foundation-model/{id}",
            self.partition
        )
    }

    fn own(&self, resource: &str) -> String {
        format!(
            "arn:{}:bedrock:{}:{}:{resource}",
            self.partition, self.region, self.account
        )
    }

    fn profile(&self, id: &str) -> String {
        self.own(&format!("inference-profile/{id}"))
    }

    fn names_of(&self, ids: &[String]) -> impl Iterator<Item = Name> {
        ids.iter().flat_map(|id| self.names(id))
    }

    /// The resources behind an id that callers use.
    fn names(&self, id: &str) -> Vec<Name> {
        let through = |profile: String, base: &str, id: &str| Name {
            foundation: self.foundation("*", base),
            nowhere: id.contains("global.").then(|| self.foundation("", base)),
            profile: Some(profile),
        };
        let arn = id.starts_with("arn:");
        match naming(id) {
            // The models behind the operator's own resource are not known here.
            (Naming::Opaque, _) => vec![through(id.to_owned(), "*", id)],
            (Naming::Profile, base) if arn => vec![through(id.to_owned(), base, id)],
            (Naming::Profile, base) => vec![through(self.profile(id), base, id)],
            (Naming::Bare, base) => {
                let known = Models::builtin().get(&ModelId(base.to_owned()));
                let served = |model: &&Model| {
                    !model.on_demand && model.profiles.iter().any(|prefix| prefix != "global")
                };
                match known.filter(served) {
                    // Served by profile only, so that is how Tsuzuki calls it: never by the global
                    // one unless it is named.
                    Some(model) => model
                        .profiles
                        .iter()
                        .filter(|prefix| *prefix != "global")
                        .map(|prefix| {
                            let id = format!("{prefix}.{base}");
                            through(self.profile(&id), base, &id)
                        })
                        .collect(),
                    None => vec![Name {
                        foundation: self.foundation(&self.region, base),
                        nowhere: None,
                        profile: None,
                    }],
                }
            }
        }
    }
}
