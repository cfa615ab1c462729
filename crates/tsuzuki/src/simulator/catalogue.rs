//! The control plane's lists: models and inference profiles.

use super::refusal::{Exception, Refusal, json, respond};
use crate::models::{Model, Models};
use crate::{RawRequest, RawResponse};
use serde_json::{Value, json};
use tsuzuki_wire::engine::ModelId;

/// The day that stands for when a profile was made; nobody relies on it.
const MADE: &str = "2025-01-01T00:00:00Z";

pub(super) fn answer(request: &RawRequest) -> Result<RawResponse, Refusal> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let asked = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decode(value))
    };
    let region = region(request);
    let body = match path.trim_start_matches('/').split_once('/') {
        None if path == "/foundation-models" => models(&region, &asked),
        None if path == "/inference-profiles" => profiles(&region, &asked)?,
        Some(("foundation-models", id)) => {
            let id = decode(id);
            let model = Models::builtin().get(&ModelId(id)).ok_or_else(|| {
                Refusal::of(
                    Exception::ResourceNotFound,
                    "Could not resolve the foundation model from the provided model identifier.",
                )
            })?;
            json!({"modelDetails": summary(&region, model)})
        }
        Some(("inference-profiles", id)) => {
            let id = decode(id);
            let name = id.rsplit_once('/').map_or(id.as_str(), |(_, name)| name);
            all_profiles()
                .find(|(prefix, model)| {
                    name.strip_prefix(prefix)
                        .and_then(|rest| rest.strip_prefix('.'))
                        == Some(&model.id)
                })
                .map(|(prefix, model)| profile(&region, prefix, model))
                .ok_or_else(|| {
                    Refusal::of(
                        Exception::ResourceNotFound,
                        "The inference profile you specified was not found.",
                    )
                })?
        }
        Some(_) | None => return Err(Refusal::unknown_operation()),
    };
    Ok(respond(200, "application/json", Vec::new(), json(&body)))
}

/// The region that the request was signed for.
fn region(request: &RawRequest) -> String {
    let scope = request
        .header("authorization")
        .and_then(|value| value.split_once("Credential="))
        .map(|(_, scope)| scope);
    scope
        .and_then(|scope| scope.split('/').nth(2))
        .unwrap_or("us-east-1")
        .to_owned()
}

fn models(region: &str, asked: &impl Fn(&str) -> Option<String>) -> Value {
    let (provider, kind, output, custom) = (
        asked("byProvider"),
        asked("byInferenceType"),
        asked("byOutputModality"),
        asked("byCustomizationType"),
    );
    let summaries: Vec<Value> = Models::builtin()
        .iter()
        .filter(|model| {
            provider
                .as_ref()
                .is_none_or(|wanted| model.provider.eq_ignore_ascii_case(wanted))
        })
        .filter(|model| {
            kind.as_ref()
                .is_none_or(|wanted| inference_types(model).contains(&wanted.as_str()))
        })
        .filter(|_| output.as_ref().is_none_or(|wanted| wanted == "TEXT") && custom.is_none())
        .map(|model| summary(region, model))
        .collect();
    json!({"modelSummaries": summaries})
}

fn inference_types(model: &Model) -> Vec<&'static str> {
    let on_demand = model.on_demand.then_some("ON_DEMAND");
    let profile = (!model.on_demand || !model.profiles.is_empty()).then_some("INFERENCE_PROFILE");
    on_demand.into_iter().chain(profile).collect()
}

fn summary(region: &str, model: &Model) -> Value {
    let mut lifecycle =
        json!({"status": if model.end_of_life.is_some() { "LEGACY" } else { "ACTIVE" }});
    if let (Some(day), Some(members)) = (&model.end_of_life, lifecycle.as_object_mut()) {
        members.insert(
            "endOfLifeTime".to_owned(),
            json!(format!("{day}T00:00:00Z")),
        );
    }
    let inputs: Vec<String> = model
        .inputs
        .iter()
        .map(|input| input.to_uppercase())
        .collect();
    json!({
        "customizationsSupported": [],
        "inferenceTypesSupported": inference_types(model),
        "inputModalities": inputs,
        "modelArn": model_arn(region, model),
        "modelId": model.id,
        "modelLifecycle": lifecycle,
        "modelName": model.name,
        "outputModalities": ["TEXT"],
        "providerName": model.provider,
        "responseStreamingSupported": true,
    })
}

fn model_arn(region: &str, model: &Model) -> String {
    format!("arn:aws:bedrock:{region}::foundation-model/{}", model.id)
}

fn all_profiles() -> impl Iterator<Item = (&'static str, &'static Model)> {
    Models::builtin().iter().flat_map(|model| {
        model
            .profiles
            .iter()
            .map(move |prefix| (prefix.as_str(), model))
    })
}

fn profiles(region: &str, asked: &impl Fn(&str) -> Option<String>) -> Result<Value, Refusal> {
    let number = |name: &str| {
        asked(name)
            .map(|text| {
                text.parse::<usize>()
                    .map_err(|_| Refusal::validation(format!("The value of {name} is not valid.")))
            })
            .transpose()
    };
    let (from, count) = (
        number("nextToken")?.unwrap_or(0),
        number("maxResults")?.unwrap_or(1000).clamp(1, 1000),
    );
    let kind = asked("type").or_else(|| asked("typeEquals"));
    let all: Vec<Value> = all_profiles()
        .filter(|_| kind.as_ref().is_none_or(|kind| kind == "SYSTEM_DEFINED"))
        .map(|(prefix, model)| profile(region, prefix, model))
        .collect();
    let page: Vec<&Value> = all.iter().skip(from).take(count).collect();
    let mut body = json!({"inferenceProfileSummaries": page});
    if from + count < all.len()
        && let Some(members) = body.as_object_mut()
    {
        members.insert("nextToken".to_owned(), json!((from + count).to_string()));
    }
    Ok(body)
}

fn profile(region: &str, prefix: &str, model: &Model) -> Value {
    let id = format!("{prefix}.{}", model.id);
    json!({
        "createdAt": MADE,
        "description": format!("Routes requests to {} in the geography {prefix}.", model.name),
        "inferenceProfileArn": format!("arn:aws:bedrock:{region}:000000000000:inference-profile/{id}"),
        "inferenceProfileId": id,
        "inferenceProfileName": format!("{} {}", prefix.to_uppercase(), model.name),
        "models": [{"modelArn": model_arn(region, model)}],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
        "updatedAt": MADE,
    })
}
