//! Between the messages of gRPC and the types of the shard.

use std::collections::HashMap;

use qdrant_client::qdrant as grpc;
use qdrant_client::qdrant::value::Kind;
use qdrant_edge as edge;
use serde_json::{Value, json};
use tonic::Status;

use super::{Answer, internal};

pub(super) fn json_value(value: grpc::Value) -> Value {
    match value.kind {
        Some(Kind::StringValue(text)) => json!(text),
        Some(Kind::IntegerValue(number)) => json!(number),
        Some(Kind::DoubleValue(number)) => json!(number),
        Some(Kind::BoolValue(truth)) => json!(truth),
        Some(Kind::ListValue(list)) => Value::Array(list.values.into_iter().map(json_value).collect()),
        Some(Kind::StructValue(fields)) => {
            Value::Object(fields.fields.into_iter().map(|(name, value)| (name, json_value(value))).collect())
        }
        Some(Kind::NullValue(_)) | None => Value::Null,
    }
}

pub(super) fn payload(payload: Option<edge::Payload>) -> HashMap<String, grpc::Value> {
    payload.map(|p| p.0).unwrap_or_default().into_iter().map(|(name, value)| (name, grpc_value(value))).collect()
}

fn grpc_value(value: Value) -> grpc::Value {
    match value {
        Value::String(text) => text.into(),
        Value::Bool(truth) => truth.into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or(f64::NAN).into(),
        },
        Value::Array(values) => values.into_iter().map(grpc_value).collect::<Vec<_>>().into(),
        Value::Null | Value::Object(_) => grpc::Value::default(),
    }
}

/// The filter in the form that the shard takes. A condition that the double does not know is refused, never dropped.
pub(super) fn filter(filter: &grpc::Filter) -> Answer<edge::Filter> {
    if !filter.should.is_empty() || filter.min_should.is_some() {
        return Err(Status::unimplemented("the double knows must and must_not"));
    }
    let list = |all: &[grpc::Condition]| all.iter().map(condition).collect::<Answer<Vec<_>>>();
    let whole = json!({ "must": list(&filter.must)?, "must_not": list(&filter.must_not)? });
    serde_json::from_value(whole).map_err(internal)
}

fn condition(condition: &grpc::Condition) -> Answer<Value> {
    use grpc::condition::ConditionOneOf::Field;
    use grpc::r#match::MatchValue::{Keyword, Keywords};
    let Some(Field(field)) = &condition.condition_one_of else {
        return Err(Status::unimplemented("the double knows conditions on fields"));
    };
    if let Some(range) = &field.range {
        return Ok(
            json!({ "key": field.key, "range": { "lt": range.lt, "lte": range.lte, "gt": range.gt, "gte": range.gte } }),
        );
    }
    let values = match field.r#match.as_ref().and_then(|m| m.match_value.as_ref()) {
        Some(Keyword(word)) => vec![word.clone()],
        Some(Keywords(words)) => words.strings.clone(),
        _ => return Err(Status::unimplemented("the double matches keywords")),
    };
    Ok(json!({ "key": field.key, "match": { "any": values } }))
}
