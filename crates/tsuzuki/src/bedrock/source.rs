//! Where credentials come from, told without asking anybody.

use aws_config::profile::{Profile, load};
use aws_types::os_shim_internal::{Env, Fs};
use std::borrow::Cow;
use std::fmt;

/// Where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The program that uses this library.
    Given,
    /// An API key in `AWS_BEARER_TOKEN_BEDROCK`.
    ApiKey,
    /// Keys in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    Environment,
    /// A profile, which takes them from somewhere itself.
    Profile(ProfileSource),
    /// A web identity, as on Kubernetes (`AWS_WEB_IDENTITY_TOKEN_FILE`).
    WebIdentity,
    /// The container's own endpoint, as on ECS and EKS (`AWS_CONTAINER_CREDENTIALS_…`).
    Container,
    /// The role of the EC2 instance, if this is one.
    Instance,
}

/// Where a profile takes credentials from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileSource {
    /// Keys written in it.
    Keys,
    /// A session of IAM Identity Center (`aws sso login`).
    Sso,
    /// A session of the console (`aws login`).
    Login,
    /// A program (`credential_process`).
    Process,
    /// A role that other credentials may take on.
    Role,
    /// A role taken on by a web identity.
    WebIdentity,
}

/// Who we are to AWS, as far as it is known without a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The region.
    pub region: String,
    /// Further regions that legs may be sent to.
    pub elsewhere: Vec<String>,
    /// The profile, if one is in use.
    pub profile: Option<String>,
    /// Where credentials come from. Nobody was asked: the first request does.
    pub source: Source,
    /// The account, where the configuration names one.
    pub account: Option<String>,
    /// Where requests to models go.
    pub endpoint: String,
}

/// The profile, the source behind it or beside it, and the account.
pub(super) struct Found {
    pub(super) profile: Option<String>,
    pub(super) source: Source,
    pub(super) account: Option<String>,
}

impl Found {
    /// Credentials that nobody needs to look for.
    pub(super) const fn given() -> Self {
        Self {
            profile: None,
            source: Source::Given,
            account: None,
        }
    }
}

/// Looks where the AWS SDK's chain will look, in its order: environment, profile, web identity,
/// container, instance. A profile that was asked for by name stands above the environment.
pub(super) async fn find(asked: Option<&str>) -> Found {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let account = set("AWS_ACCOUNT_ID");
    if asked.is_none()
        && set("AWS_ACCESS_KEY_ID").is_some()
        && set("AWS_SECRET_ACCESS_KEY")
            .or_else(|| set("SECRET_ACCESS_KEY"))
            .is_some()
    {
        return Found {
            profile: None,
            source: Source::Environment,
            account,
        };
    }
    let name = asked.map(|name| Cow::Owned(name.to_owned()));
    let profiles = load(&Fs::real(), &Env::real(), &Default::default(), name)
        .await
        .ok();
    if let Some(profiles) = &profiles
        && let Some(profile) = profiles.get_profile(profiles.selected_profile())
        && let Some(source) = of(profile)
    {
        return Found {
            profile: Some(profile.name().to_owned()),
            source: Source::Profile(source),
            account: account_of(profile).or(account),
        };
    }
    let source = if set("AWS_WEB_IDENTITY_TOKEN_FILE").is_some() {
        Source::WebIdentity
    } else if set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        .or_else(|| set("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
        .is_some()
    {
        Source::Container
    } else {
        Source::Instance
    };
    Found {
        profile: asked.map(str::to_owned),
        source,
        account,
    }
}

/// What a profile says about credentials, if anything.
fn of(profile: &Profile) -> Option<ProfileSource> {
    let has = |key: &str| profile.get(key).is_some_and(|value| !value.is_empty());
    Some(if has("role_arn") {
        if has("web_identity_token_file") {
            ProfileSource::WebIdentity
        } else {
            ProfileSource::Role
        }
    } else if has("sso_session") || has("sso_start_url") {
        ProfileSource::Sso
    } else if has("login_session") {
        ProfileSource::Login
    } else if has("aws_access_key_id") {
        ProfileSource::Keys
    } else if has("credential_process") {
        ProfileSource::Process
    } else {
        return None;
    })
}

/// The account that a profile names: outright, or in its role.
fn account_of(profile: &Profile) -> Option<String> {
    ["sso_account_id", "aws_account_id"]
        .iter()
        .find_map(|key| profile.get(key))
        .or_else(|| profile.get("role_arn")?.split(':').nth(4))
        .filter(|account| !account.is_empty())
        .map(str::to_owned)
}

impl Source {
    /// What to do when nothing comes from here.
    pub(super) const fn way_out(&self) -> &'static str {
        match self {
            Self::Given => "check the program's own credentials",
            Self::ApiKey => "make a new API key and set AWS_BEARER_TOKEN_BEDROCK",
            Self::Environment => {
                "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
            }
            Self::Profile(ProfileSource::Sso) => "run `aws sso login` for this profile",
            Self::Profile(ProfileSource::Login) => "run `aws login` for this profile",
            Self::Profile(ProfileSource::Keys) => "check the keys in the profile",
            Self::Profile(ProfileSource::Process) => {
                "run the profile's credential_process by hand and see what it says"
            }
            Self::Profile(ProfileSource::Role) => {
                "check the profile's role_arn and that its source may take the role on"
            }
            Self::Profile(ProfileSource::WebIdentity) | Self::WebIdentity => {
                "check the token file, the role's trust policy, and that STS can be reached"
            }
            Self::Container => "check the role of the task or pod",
            Self::Instance => {
                "set AWS_PROFILE, run `aws login` or `aws configure`, set AWS_BEARER_TOKEN_BEDROCK, \
                 or give the machine a role"
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given => "the program itself",
            Self::ApiKey => "the API key in AWS_BEARER_TOKEN_BEDROCK",
            Self::Environment => "the keys in the environment",
            Self::Profile(ProfileSource::Keys) => "the keys in the profile",
            Self::Profile(ProfileSource::Sso) => "the profile's SSO session",
            Self::Profile(ProfileSource::Login) => "the profile's console login",
            Self::Profile(ProfileSource::Process) => "the profile's credential_process",
            Self::Profile(ProfileSource::Role) => "the profile's role",
            Self::Profile(ProfileSource::WebIdentity) => "the profile's web identity",
            Self::WebIdentity => "the web identity in AWS_WEB_IDENTITY_TOKEN_FILE",
            Self::Container => "the container's role",
            Self::Instance => "the instance's role, if this is an EC2 instance",
        })
    }
}

/// `Amazon Bedrock in eu-west-1 (profile dev, account 123456789012), credentials from …`
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amazon Bedrock in {}", self.region)?;
        let profile = self.profile.as_ref().map(|name| format!("profile {name}"));
        let account = self.account.as_ref().map(|id| format!("account {id}"));
        let more: Vec<String> = profile.into_iter().chain(account).collect();
        if !more.is_empty() {
            write!(f, " ({})", more.join(", "))?;
        }
        write!(f, ", credentials from {}", self.source)
    }
}
