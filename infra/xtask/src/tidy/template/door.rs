//! The door to the internet takes so many requests a second and no more: forged ones must not use up what consumers run on.

use super::document::Template;

/// Checks the API's stage and the function behind it.
pub(crate) fn check(template: &Template) -> Vec<String> {
    let mut broken = Vec::new();
    for api in template.of("AWS::Serverless::Api") {
        let entries = api.property("/MethodSettings").as_array().map_or(&[][..], Vec::as_slice);
        let every = entries.iter().find(|entry| entry["ResourcePath"] == "/*" && entry["HttpMethod"] == "*");
        for (name, parameter) in
            [("ThrottlingRateLimit", "IngestRequestsPerS"), ("ThrottlingBurstLimit", "IngestBurst")]
        {
            if every.is_none_or(|every| every[name] != parameter) {
                broken.push(format!("{}: every method must have {name} {parameter}", api.id));
            }
        }
        let behind = template.of("AWS::Serverless::Function").filter(|function| {
            function.value["Properties"]["Events"]
                .as_object()
                .is_some_and(|events| events.values().any(|event| event["Properties"]["RestApiId"] == api.id))
        });
        for function in behind {
            if function.property("/ReservedConcurrentExecutions").is_null() {
                broken.push(format!("{}: says no ReservedConcurrentExecutions", function.id));
            }
        }
    }
    broken
}
