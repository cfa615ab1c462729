//! `tsuzuki chat` without a terminal, `tsuzuki backup`, and what `serve` says of its chat. The
//! terminal itself is driven in `tests/terminal`.

use crate::shell::{Done, Run, finish, signal, tsuzuki, until, while_serving};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// `tsuzuki` with these words on the data folder of another run.
fn beside<const N: usize>(words: [&str; N], folder: &Path) -> Run {
    let data = folder.join("data");
    tsuzuki(words).words(&["--data", &data.to_string_lossy()])
}

fn complete(done: &Done) -> &str {
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    &done.stdout
}

#[test]
fn a_question_is_piped_in_and_only_the_answer_comes_out() {
    let run = tsuzuki(["chat"]).stdin("/count 1..3");
    let asked = tsuzuki(["ask", "/count 1..3"]).run();
    assert_eq!(complete(&run.run()), asked.stdout);
    let folder = run.folder().join(".local/share/tsuzuki");
    let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("chat.db")), 0o600);
    assert!(
        !folder.join("serving.json").exists(),
        "nobody serves any more"
    );
}

#[test]
fn conversations_are_listed_and_gone_on_with() {
    let first = tsuzuki(["chat", "--data", "data"]).stdin("What is 6 * 7?");
    complete(&first.run());
    let home = first.folder();
    let listed = beside(["chat", "--list"], home).run();
    assert!(complete(&listed).contains("  1  "), "{}", listed.stdout);
    for found in ["1", "What is"] {
        let resume = beside(["chat", "--resume", found], home).stdin("What was my first question?");
        let answer = resume.run();
        assert!(
            complete(&answer).contains("What is 6 * 7?"),
            "{}",
            answer.stdout
        );
    }
    let none = beside(["chat", "--resume", "9"], home).stdin("more").run();
    assert_eq!(none.exit, Some(3));
    assert!(
        none.stderr.contains("there is no conversation 9"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_running_server_is_used_and_backed_up() {
    let server = tsuzuki(["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    let home = server.folder().to_owned();
    let done = while_serving(&server, "TERM", |address| {
        let file = home.join("data/serving.json");
        let said = std::fs::read_to_string(&file).expect("it says where it is");
        assert!(said.contains(address), "{said}");
        let mode = file.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let asked = beside(["chat"], &home).stdin("/count 1..5").run();
        assert!(complete(&asked).contains("five"));
        let url = format!("http://{address}");
        let elsewhere = tsuzuki(["chat", "--list", "--server", &url]).run();
        assert!(
            complete(&elsewhere).contains("  1  "),
            "{}",
            elsewhere.stdout
        );
        let copy = home.join("copy.db").to_string_lossy().into_owned();
        let backup = beside(["backup", &copy], &home);
        complete(&backup.run());
        assert_eq!(backup.run().exit, Some(2), "nothing is overwritten");
    });
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    assert!(!home.join("data/serving.json").exists());
    // The copy is a store like the first.
    std::fs::create_dir(home.join("other")).expect("a folder");
    std::fs::rename(home.join("copy.db"), home.join("other/chat.db")).expect("a move");
    let data = home.join("other").to_string_lossy().into_owned();
    let listed = tsuzuki(["chat", "--list", "--data", &data]).run();
    assert!(complete(&listed).contains("  1  "), "{}", listed.stdout);
    let doctor = tsuzuki(["doctor", "--json"])
        .variable("TSUZUKI_DATA", &data)
        .run();
    assert!(
        doctor
            .stdout
            .contains("is whole: 1 conversations, 2 messages"),
        "{}",
        doctor.stdout
    );
    // Half of it is overwritten.
    let store = home.join("other/chat.db");
    let mut bytes = std::fs::read(&store).expect("the store");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x55);
    std::fs::write(&store, bytes).expect("it is damaged");
    let doctor = tsuzuki(["doctor"]).variable("TSUZUKI_DATA", &data).run();
    assert!(
        doctor.stdout.contains("failed   store"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn a_password_lets_people_in() {
    let printed = tsuzuki(["password"]).stdin("correct horse\n").run();
    let server = tsuzuki(["serve", "--listen", "127.0.0.1:0"])
        .file("tsuzuki.toml", &format!("[chat]\n{}", printed.stdout));
    while_serving(&server, "TERM", |address| {
        let url = format!("http://{address}");
        let list = |password: &str| {
            let run = tsuzuki(["chat", "--list", "--server", &url]);
            run.variable("TSUZUKI_PASSWORD", password).run()
        };
        complete(&list("correct horse"));
        let wrong = list("wrong horse");
        assert_eq!(wrong.exit, Some(3), "{}", wrong.stderr);
        assert!(!wrong.stderr.contains("horse"), "{}", wrong.stderr);
    });
}

/// The status of a response to whoever has nothing but an address.
fn status(address: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_server_of_its_own_is_for_its_owner_alone() {
    let slow = "schema = 1\n[stream]\ntps = 20\n";
    let chat = tsuzuki(["chat", "--data", "data", "--scenario", "slow.toml"])
        .stdin("/long 100")
        .file("slow.toml", slow);
    let home = chat.folder().to_owned();
    let child = chat.spawn();
    let said = until(|| std::fs::read_to_string(home.join("data/serving.json")).ok());
    let address = said
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let address = address.expect("an address");
    // Other users of this machine reach it, and have no file to read.
    for path in ["conversations", "events", "export", "defaults"] {
        assert_eq!(
            status(address, "GET", &format!("/api/v1/{path}"), ""),
            "401",
            "{path}"
        );
    }
    let converse = "/model/anthropic.claude-3-haiku-20240307-v1:0/converse";
    let question = r#"{"messages":[{"role":"user","content":[{"text":"hello"}]}]}"#;
    let refused = status(address, "POST", converse, question);
    assert!(refused.starts_with('4'), "{refused}");
    // Their owner's other terminals do.
    until(|| {
        let listed = beside(["chat", "--list"], &home).run();
        complete(&listed).contains("/long 100").then_some(())
    });
    signal(child.id(), "KILL");
    finish(child);
}

#[test]
fn what_cannot_be_read_is_not_asked_for_again() {
    let conversation = r#"{"id":"019a0000-0000-7000-8000-000000000000","title":"","titled":"not",
        "pinned":false,"folder":null,"created_at":0,"updated_at":0,"read_at":0,"shape":{},"head":null,
        "standing":"quiet","spent":{"answers":0,"parts":0,"input":0,"output":0,"cache_read":0,
        "cache_write":0,"cost":0,"continuing":0,"estimated":false}}"#;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let (asked, questions) = std::sync::mpsc::channel();
    // A server of another version. It ends with the test.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.expect("a connection"));
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let mut line = String::new();
                if reader.read_line(&mut line).expect("a line") == 0 {
                    break;
                }
                if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
                    length = number.trim().parse().expect("a number");
                }
                head.push_str(&line);
            }
            reader.read_exact(&mut vec![0; length]).expect("its body");
            let said = match head.split(' ').nth(1) {
                Some("/api/v1/about") => r#"{"sign_in":"open","signed_in":true}"#,
                Some("/api/v1/conversations") => conversation,
                _ => {
                    asked.send(()).expect("somebody counts");
                    r#"{"begun":true}"#
                }
            };
            let length = said.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{said}"
            );
            reader
                .get_mut()
                .write_all(answer.as_bytes())
                .expect("it is sent");
        }
    });
    let done = tsuzuki(["chat", "--server", &url]).stdin("hello").run();
    assert_eq!(done.exit, Some(3), "{}", done.stderr);
    assert!(
        done.stderr.contains("of another version"),
        "{}",
        done.stderr
    );
    assert_eq!(questions.try_iter().count(), 1);
}

#[test]
fn exit_codes_are_those_of_every_command() {
    let cut = tsuzuki(["chat"])
        .stdin("/count 1..2000")
        .variable("TSUZUKI_MAX_LEGS", "1")
        .run();
    assert_eq!(cut.exit, Some(1), "{}", cut.stderr);
    assert!(
        cut.stdout.contains("twenty") && cut.stderr.contains("/continue"),
        "{}",
        cut.stderr
    );
    let refused = tsuzuki(["chat", "--model", "nobody.knows-this"])
        .stdin("hello")
        .run();
    assert_eq!(refused.exit, Some(3), "{}", refused.stderr);
    assert_eq!(tsuzuki(["chat"]).stdin(" \n").run().exit, Some(2));
    let nobody = tsuzuki(["chat", "--list", "--server", "http://127.0.0.1:1"]).run();
    assert_eq!(nobody.exit, Some(3), "{}", nobody.stderr);
    let no_url = tsuzuki(["chat", "--list", "--server", "127.0.0.1:1"]).run();
    assert_eq!(no_url.exit, Some(3), "{}", no_url.stderr);
}

#[test]
fn a_chat_is_off_where_it_is_not_wanted() {
    let off = tsuzuki(["serve", "--listen", "127.0.0.1:0", "--no-chat"]);
    let done = while_serving(&off, "TERM", |_| {});
    assert!(
        done.stdout.starts_with("Tsuzuki listens"),
        "{}",
        done.stdout
    );
    assert!(!off.folder().join(".local").exists());
    // Keys or a name of its own say that others come in, by a proxy on this machine.
    for words in [["--host", "chat.example"], ["--auth", "bearer"]] {
        let served = ["serve", "--listen", "127.0.0.1:0", "--data", "data"];
        let done = while_serving(&tsuzuki(served).words(&words), "TERM", |_| {});
        let told = "There is no chat page";
        assert!(done.stdout.starts_with(told), "{}", done.stdout);
    }
    // Two servers with no folder of their own: the second has no chat, and says why.
    let first = tsuzuki(["serve", "--listen", "127.0.0.1:0"]);
    let home = first.folder().to_string_lossy().into_owned();
    while_serving(&first, "TERM", |_| {
        let second = tsuzuki(["serve", "--listen", "127.0.0.1:0"]).variable("HOME", &home);
        let done = while_serving(&second, "TERM", |_| {});
        assert!(
            done.stdout.contains("another server uses"),
            "{}",
            done.stdout
        );
    });
    tsuzuki(["serve", "--listen", "127.0.0.1:0", "--chat-open"])
        .variable("TSUZUKI_CHAT", "perhaps")
        .snapshot("chat_neither_on_nor_off");
    tsuzuki(["backup", "copy.db"]).snapshot("backup_of_nothing");
    tsuzuki(["chat", "--help"]).snapshot("help_chat");
}
