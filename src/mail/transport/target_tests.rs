use secrecy::ExposeSecret as _;

use super::*;

fn smtp(address: &str) -> Server {
    match Target::parse(address).unwrap() {
        Target::Smtp(server) => server,
        Target::File(dir) => panic!("a folder: {}", dir.display()),
    }
}

fn dir(address: &str) -> String {
    match Target::parse(address).unwrap() {
        Target::File(dir) => dir.display().to_string(),
        Target::Smtp(server) => panic!("a server: {}", server.host),
    }
}

fn fault(address: &str) -> String {
    Target::parse(address).unwrap_err().to_string()
}

#[test]
fn each_scheme_has_its_port_and_protection() {
    for (address, port, encryption) in [
        ("smtp://mail.example", 25, Encryption::StartTls),
        ("smtp://mail.example:2525", 2525, Encryption::StartTls),
        ("smtp://mail.example?tls=none", 25, Encryption::None),
        ("smtp://localhost", 25, Encryption::None),
        ("SMTP://LOCALHOST/", 25, Encryption::None),
        ("smtp://127.0.0.1:1025", 1025, Encryption::None),
        ("smtp://127.8.0.1", 25, Encryption::None),
        ("smtp://[::1]:1025", 1025, Encryption::None),
        ("smtp://localhost.example", 25, Encryption::StartTls),
        ("smtp://10.0.0.7", 25, Encryption::StartTls),
        ("smtp+starttls://localhost", 587, Encryption::StartTls),
        ("smtps://mail.example", 465, Encryption::Implicit),
    ] {
        let server = smtp(address);
        assert_eq!(
            (server.port, server.encryption),
            (port, encryption),
            "{address}"
        );
        assert!(server.login.is_none());
    }
    assert_eq!(smtp("smtps://[2001:db8::1]:465").host, "2001:db8::1");
}

#[test]
fn user_and_password_are_percent_decoded() {
    let server = smtp("smtps://zinne%40offenburg.example:p%40ss%2F%3a%C3%A4+x@mail.example");
    let login = server.login.unwrap();
    assert_eq!(login.user, "zinne@offenburg.example");
    assert_eq!(login.password.expose_secret(), "p@ss/:ä+x");
}

#[test]
fn ehlo_can_be_given() {
    let server = smtp("smtp://relay.example?tls=none&ehlo=zinne.offenburg.example");
    assert_eq!(
        server.hello,
        ClientId::Domain("zinne.offenburg.example".into())
    );
    assert!(fault("smtp://relay.example?ehlo=a%0d%0ab").contains("`ehlo`"));
}

#[test]
fn folders_are_taken_literally() {
    assert_eq!(dir("file:mail"), "mail");
    assert_eq!(dir("file:./out/mail 1%20"), "./out/mail 1%20");
    assert_eq!(dir("file:/var/mail"), "/var/mail");
    assert_eq!(dir("file:///var/mail"), "/var/mail");
    assert!(fault("file:").contains("no folder"));
    assert!(fault("file://mail").contains("names a host"));
}

#[test]
fn faults_are_named_and_never_show_the_password() {
    for (address, part) in [
        ("", "must begin with"),
        ("mail.example", "must begin with"),
        ("memory:", "must begin with"),
        ("http://u:geheim@mail.example", "must begin with"),
        ("smtpx://u:geheim@mail.example", "must begin with"),
        ("smtps://", "host is missing"),
        ("smtps://u:geheim@", "host is missing"),
        ("smtps://u:geheim@mail.example:99999", "port"),
        ("smtps://u:geheim@mail.example:0", "port"),
        ("smtps://u:geh/eim@mail.example", "port"),
        ("smtps://u:1/geheim@mail.example", "%2F"),
        ("smtps://u:1#geheim@mail.example", "%23"),
        ("smtps://u:1?geheim@mail.example", "only parameters"),
        ("smtps://u:geheim@mail.example/inbox", "nothing may follow"),
        ("smtps://u:geheim%@mail.example", "percent-encoded"),
        ("smtps://u:geheim%zz@mail.example", "percent-encoded"),
        ("smtps://u:geheim%ff@mail.example", "percent-encoded"),
        ("smtps://u:geheim%0a@mail.example", "control character"),
        ("smtps://u@mail.example", "no password"),
        ("smtps://:geheim@mail.example", "no user"),
        ("smtps://u:geheim@mail.example?tls=none", "contradicts"),
        ("smtps://u:geheim@mail.example?tls=geheim", "`tls`"),
        ("smtps://u:geheim@mail..example", "neither a name"),
        ("smtps://u:geheim@mail%20x", "neither a name"),
        (
            "smtp://u:geheim@mail.example?tls=none",
            "password but no encryption",
        ),
    ] {
        let fault = fault(address);
        assert!(fault.contains(part), "{address}: {fault}");
        assert!(
            !fault.contains("geheim") && !fault.contains("eim@"),
            "{fault}"
        );
    }
}

#[test]
fn debug_hides_the_password() {
    let server = smtp("smtps://u:geheim@mail.example");
    assert!(!format!("{server:?}").contains("geheim"));
}
