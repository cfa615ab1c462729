//! The other side of a signature: AWS's published rules, written down once more and on their own.
//!
//! "Create a signed AWS API request" (AWS IAM user guide): canonical request, string to sign,
//! derived key. The path is taken as it arrived and encoded once more.

use crate::upstream::Seen;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// What a signature must be of.
pub(crate) struct Verifier<'a> {
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) secret: &'a str,
}

impl Verifier<'_> {
    /// Holds a request against its signature.
    pub(crate) fn check(&self, seen: &Seen) -> Result<(), String> {
        let authorization = seen.header("authorization").ok_or("it is not signed")?;
        let fields = authorization
            .strip_prefix("AWS4-HMAC-SHA256 ")
            .ok_or("the algorithm is another")?;
        let field = |name: &str| {
            fields
                .split(", ")
                .find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| format!("no {name}"))
        };
        let date = seen.header("x-amz-date").ok_or("it has no date")?;
        let scope = format!(
            "{}/{}/{}/aws4_request",
            &date[..8],
            self.region,
            self.service
        );
        let (_, claimed) = field("Credential")?.split_once('/').ok_or("no scope")?;
        if claimed != scope {
            return Err(format!("its scope is {claimed}"));
        }
        let names: Vec<&str> = field("SignedHeaders")?.split(';').collect();
        if !names.is_sorted() || !names.contains(&"host") || !names.contains(&"x-amz-date") {
            return Err(format!("it signs {names:?}"));
        }
        let unsigned = seen
            .headers
            .iter()
            .find(|(name, _)| name.starts_with("x-amz-") && !names.contains(&name.as_str()));
        if let Some((name, _)) = unsigned {
            return Err(format!("{name} is not signed"));
        }
        let canonical = canonical_request(seen, &names);
        let digest = hex(&Sha256::digest(&canonical));
        let signed = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}");
        let key = [&date[..8], self.region, self.service, "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", self.secret).into_bytes(), |key, part| {
                mac(&key, part.as_bytes())
            });
        if hex(&mac(&key, signed.as_bytes())) == field("Signature")? {
            Ok(())
        } else {
            Err(format!("its signature is not of\n{canonical}"))
        }
    }
}

/// The request in the form that is signed.
pub(crate) fn canonical_request(seen: &Seen, names: &[&str]) -> String {
    let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
    let path: Vec<String> = normal(path).split('/').map(encode).collect();
    let mut query: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(&decode(name)), encode(&decode(value))))
        .collect();
    query.sort();
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut headers = String::new();
    for name in names {
        let values: Vec<String> = if *name == "host" {
            vec![seen.host.clone()]
        } else {
            let same = seen.headers.iter().filter(|(other, _)| other == name);
            same.map(|(_, value)| {
                value
                    .trim()
                    .split(' ')
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
        };
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        seen.method,
        path.join("/"),
        query.join("&"),
        names.join(";"),
        hex(&Sha256::digest(&seen.body)),
    )
}

/// A path without `.`, `..` and doubled slashes (RFC 3986, 5.2.4).
fn normal(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != ".")
    {
        if segment == ".." {
            kept.pop();
        } else {
            kept.push(segment);
        }
    }
    let end = if path.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", kept.join("/"))
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .unwrap()
        .into_owned()
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Seen {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Seen {
        method: method.to_owned(),
        path: path.to_owned(),
        host: "example.amazonaws.com".to_owned(),
        headers: headers.iter().map(owned).collect(),
        body: body.to_owned().into(),
        version: http::Version::HTTP_11,
        connection: 0,
    }
}

/// The verifier itself, against vectors of AWS's signing test suite (aws-c-auth, `v4`).
#[test]
fn published_vectors() {
    let verifier = Verifier {
        region: "us-east-1",
        service: "service",
        secret: crate::upstream::SECRET,
    };
    let date = ("x-amz-date", "20150830T123600Z");
    let authorized = |names: &str, signature: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders={names}, Signature={signature}"
        )
    };
    let vectors = [
        (
            "GET",
            "/",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "GET",
            "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
            "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
        ),
        (
            "GET",
            "/ሴ",
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
        ),
        (
            "GET",
            "/./",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
    ];
    for (method, path, signature) in vectors {
        let by = authorized("host;x-amz-date", signature);
        let seen = request(method, path, &[date, ("authorization", &by)], "");
        assert_eq!(verifier.check(&seen), Ok(()), "{path}");
        let forged = authorized("host;x-amz-date", &signature.replace('5', "6"));
        let seen = request(method, path, &[date, ("authorization", &forged)], "");
        assert!(verifier.check(&seen).is_err(), "{path}");
    }
    let hash = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e";
    let by = authorized(
        "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
        "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
    );
    let fields = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-length", "13"),
        ("x-amz-content-sha256", hash),
        date,
        ("authorization", by.as_str()),
    ];
    assert_eq!(
        verifier.check(&request("POST", "/", &fields, "Param1=value1")),
        Ok(())
    );
    assert!(
        verifier
            .check(&request("POST", "/", &fields, "Param1=value2"))
            .is_err()
    );
    // Vector `double-encode-path`.
    let seen = request("POST", "/test/@connections/JBDvjfGEIAMCERw%3D", &[date], "");
    assert_eq!(
        canonical_request(&seen, &["host", "x-amz-date"])
            .lines()
            .nth(1),
        Some("/test/%40connections/JBDvjfGEIAMCERw%253D")
    );
}
