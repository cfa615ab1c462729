//! From a path, as it came on the wire, to what it means.
//!
//! Paths are matched undecoded and model ids are decoded once: `%2F` stays inside an id, and an ARN
//! with bare slashes works too, because the operation is the last segment.

use crate::Operation;
use crate::error::Fault;
use http::Method;
use percent_encoding::percent_decode_str;
use tsuzuki::engine::ModelId;

/// What a request wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// How the endpoint itself is.
    Health(Health),
    /// An operation on a model.
    Model(ModelId, Operation),
    /// An operation nobody needs to read.
    Forwarded(Operation),
    /// What happened so far, in numbers.
    Metrics,
}

/// A question about the endpoint itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Live,
    Ready,
    Whole,
}

/// Operations that are forwarded: a method, a path or a prefix that ends in `/`, and the operation.
const FORWARDED: &[(Method, &str, Operation)] = &[
    (
        Method::GET,
        "/foundation-models",
        Operation::ListFoundationModels,
    ),
    (
        Method::GET,
        "/foundation-models/",
        Operation::GetFoundationModel,
    ),
    (
        Method::GET,
        "/inference-profiles",
        Operation::ListInferenceProfiles,
    ),
    (
        Method::GET,
        "/inference-profiles/",
        Operation::GetInferenceProfile,
    ),
    (Method::POST, "/guardrail/", Operation::ApplyGuardrail),
    (
        Method::POST,
        "/guardrail-checks/invoke",
        Operation::InvokeGuardrailChecks,
    ),
    (Method::POST, "/async-invoke", Operation::StartAsyncInvoke),
    (Method::GET, "/async-invoke", Operation::ListAsyncInvokes),
    (Method::GET, "/async-invoke/", Operation::GetAsyncInvoke),
];

impl Route {
    /// What this method on this path means.
    pub(crate) fn of(method: &Method, path: &str) -> Result<Self, Fault> {
        let health = match path {
            "/livez" => Some(Health::Live),
            "/readyz" => Some(Health::Ready),
            "/healthz" => Some(Health::Whole),
            _ => None,
        };
        if let Some(health) = health {
            return allow(method, &[Method::GET, Method::HEAD]).map(|()| Self::Health(health));
        }
        if let Some(rest) = path.strip_prefix("/model/") {
            return model(method, rest);
        }
        if path == "/metrics" {
            return allow(method, &[Method::GET]).map(|()| Self::Metrics);
        }
        let here = FORWARDED.iter().filter(|(_, known, _)| {
            path == *known || known.ends_with('/') && path.starts_with(known)
        });
        let methods: Vec<Method> = here.clone().map(|(method, ..)| method.clone()).collect();
        if methods.is_empty() {
            return Err(unknown());
        }
        allow(method, &methods)?;
        here.clone()
            .find(|(right, ..)| right == method)
            .map(|(.., operation)| Self::Forwarded(*operation))
            .ok_or_else(unknown)
    }
}

fn model(method: &Method, rest: &str) -> Result<Route, Fault> {
    let (id, operation) = rest.rsplit_once('/').ok_or_else(unknown)?;
    let operation = match operation {
        "converse" => Operation::Converse,
        "converse-stream" => Operation::ConverseStream,
        "invoke" => Operation::Invoke,
        "invoke-with-response-stream" => Operation::InvokeStream,
        "count-tokens" => Operation::CountTokens,
        "invoke-with-bidirectional-stream" => {
            return Err(Fault::validation(
                "InvokeModelWithBidirectionalStream is not supported by this endpoint; \
                 use InvokeModelWithResponseStream or ConverseStream",
            ));
        }
        _ => return Err(unknown()),
    };
    if id.is_empty() {
        return Err(unknown());
    }
    allow(method, &[Method::POST])?;
    let id = percent_decode_str(id)
        .decode_utf8()
        .map_err(|_not_text| Fault::validation("the model id in the path is not UTF-8"))?;
    Ok(Route::Model(ModelId(id.into_owned()), operation))
}

fn allow(method: &Method, methods: &[Method]) -> Result<(), Fault> {
    if methods.contains(method) {
        return Ok(());
    }
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    Err(Fault::wrong_method(names.join(", ")))
}

fn unknown() -> Fault {
    Fault::unknown_operation(
        "no such operation; POST /model/{modelId}/converse, /converse-stream, /invoke, \
         /invoke-with-response-stream or /count-tokens",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model_of(path: &str) -> Option<(String, Operation)> {
        match Route::of(&Method::POST, path) {
            Ok(Route::Model(model, operation)) => Some((model.0, operation)),
            Ok(Route::Health(_) | Route::Forwarded(_) | Route::Metrics) | Err(_) => None,
        }
    }

    #[test]
    fn every_spelling_of_an_id_is_one_id() {
        let bare = Some(("a.b-v1:0".to_owned(), Operation::Converse));
        assert_eq!(model_of("/model/a.b-v1%3A0/converse"), bare);
        assert_eq!(model_of("/model/a.b-v1:0/converse"), bare);
        let arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.a.b".to_owned();
        let arn = Some((arn, Operation::InvokeStream));
        for path in [
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.a.b/invoke-with-response-stream",
            "/model/arn:aws:bedrock:us-east-1:1:inference-profile%2Fus.a.b/invoke-with-response-stream",
            "/model/arn:aws:bedrock:us-east-1:1:inference-profile/us.a.b/invoke-with-response-stream",
        ] {
            assert_eq!(model_of(path), arn, "{path}");
        }
    }

    #[test]
    fn ids_are_decoded_once() {
        let once = Some(("a%2Fb".to_owned(), Operation::Converse));
        assert_eq!(model_of("/model/a%252Fb/converse"), once);
        assert_eq!(model_of("/model/%FF/converse"), None);
    }

    #[test]
    fn what_is_not_there_is_said_so() {
        for (method, path, status) in [
            (Method::POST, "/model/x/nope", 404),
            (Method::POST, "/model//converse", 404),
            (Method::POST, "/model/converse", 404),
            (Method::GET, "/", 404),
            (Method::GET, "/foundation-modelsx", 404),
            (Method::GET, "/model/x/converse", 405),
            (Method::POST, "/foundation-models", 405),
            (Method::POST, "/livez", 405),
            (
                Method::POST,
                "/model/x/invoke-with-bidirectional-stream",
                400,
            ),
        ] {
            let fault = Route::of(&method, path).expect_err(path);
            assert_eq!(fault.status.as_u16(), status, "{method} {path}");
        }
    }
}
