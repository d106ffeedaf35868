//! The mailer against a real mail server (`tests/smtp/server.py`, aiosmtpd).

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use zinne::mail::{MailSettings, Mailer, Message, SendError};

use crate::support::smtp::MailServer;

fn mailer_of(server: &MailServer) -> Mailer {
    mailer(&server.url(), None)
}

fn mailer(url: &str, ca: Option<&Path>) -> Mailer {
    mailer_within(url, ca, Duration::from_secs(5))
}

fn mailer_within(url: &str, ca: Option<&Path>, timeout: Duration) -> Mailer {
    let ca_file = ca.map(Path::to_owned);
    Mailer::from_settings(&MailSettings {
        url: url.into(),
        ca_file,
        timeout,
    })
    .unwrap()
}

fn mail_to(local: &str) -> Message {
    Message {
        message_id: format!("zinne.{local}@offenburg.example"),
        from: "zinne <zinne@offenburg.example>".into(),
        reply_to: Some("ISB <isb@offenburg.example>".into()),
        to: format!("{local}@offenburg.example"),
        to_name: "Jörg Groß".into(),
        date: "2022-10-17T05:00:00Z".parse().unwrap(),
        resent: false,
        subject: "[zinne] Offenburg: 1 Maßnahme überfällig".into(),
        text: "Guten Tag Jörg Groß,\n\n.\n..zwei Punkte\n".into(),
        html: "<p>Guten Tag Jörg Groß,</p>\n".into(),
        regular: false,
    }
}

async fn refused(mailer: &Mailer, local: &str) -> SendError {
    mailer.send(&mail_to(local)).await.unwrap_err()
}

#[actix_web::test]
async fn a_mail_arrives_as_it_was_written_and_the_connection_is_used_again() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let mailer = mailer_of(&server);
    for local in ["anna", "bert", "cem"] {
        let accepted = mailer.send(&mail_to(local)).await.unwrap();
        assert!(
            accepted.reply.starts_with("250 2.0.0 stored as "),
            "{}",
            accepted.reply
        );
    }
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    assert!(
        mails
            .iter()
            .all(|mail| mail.contains("X-Connection: 1\r\n"))
    );
    let first = &mails[0];
    assert!(first.contains("X-Envelope-From: zinne@offenburg.example\r\n"));
    assert!(first.contains("X-Envelope-To: anna@offenburg.example\r\n"));
    assert!(first.contains("Message-ID: <zinne.anna@offenburg.example>\r\n"));
    assert!(first.contains("\r\n\r\nGuten Tag J=C3=B6rg Gro=C3=9F,\r\n\r\n.\r\n..zwei Punkte\r\n"));
}

#[actix_web::test]
async fn several_mails_at_once_all_arrive() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let mailer = mailer_of(&server);
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let mailer = mailer.clone();
            actix_web::rt::spawn(async move { mailer.send(&mail_to(&format!("p{n}"))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(server.mails().len(), 20);
}

#[actix_web::test]
async fn a_passing_refusal_passes() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let mailer = mailer_of(&server);
    for _ in 0..2 {
        let error = refused(&mailer, "tempfail2").await;
        assert_eq!(error.reply, "451 4.3.2 try again later");
        assert!(!error.permanent && !error.handed_over);
    }
    mailer.send(&mail_to("tempfail2")).await.unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].contains("X-Connection: 1\r\n"),
        "a refusal costs no connection"
    );
}

#[actix_web::test]
async fn a_definite_refusal_is_permanent_and_the_next_mail_goes_out() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let mailer = mailer_of(&server);
    let error = refused(&mailer, "refuse").await;
    assert_eq!(error.reply, "550 5.1.1 mailbox unknown");
    assert!(error.permanent && !error.handed_over);
    mailer.send(&mail_to("anna")).await.unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[actix_web::test]
async fn a_reply_lost_after_the_final_dot_is_told_and_the_twin_has_the_same_id() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let mailer = mailer_of(&server);
    let error = refused(&mailer, "drop").await;
    assert!(!error.permanent && error.handed_over, "{error:?}");
    mailer
        .send(&Message {
            resent: true,
            ..mail_to("drop")
        })
        .await
        .unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert!(mail.contains("Message-ID: <zinne.drop@offenburg.example>\r\n"));
    }
    assert!(!mails[0].contains("X-Zinne-Resent"));
    assert!(mails[1].contains("X-Zinne-Resent: true\r\n"));
}

#[actix_web::test]
async fn a_stalling_server_holds_nobody_and_its_late_reply_is_nobodys() {
    let Some(server) = MailServer::start(&["--stall", "4"]) else {
        return;
    };
    let url = format!("smtp://127.0.0.1:{}", server.port);
    let mailer = mailer_within(&url, None, Duration::from_millis(500));
    let begun = Instant::now();
    let error = refused(&mailer, "stall").await;
    assert!(
        begun.elapsed() < Duration::from_millis(3_900),
        "{:?}",
        begun.elapsed()
    );
    assert!(!error.permanent && error.handed_over);
    assert_eq!(error.reply, "no end after 2 s");
    // The late 250 of the first mail must not be taken for this one's.
    let error = refused(&mailer, "refuse").await;
    assert_eq!(error.reply, "550 5.1.1 mailbox unknown");
    let accepted = mailer.send(&mail_to("anna")).await.unwrap();
    assert_eq!(accepted.reply, "250 2.0.0 stored as 2");
}

#[actix_web::test]
async fn a_server_that_says_nothing_at_all_is_left() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    let mailer = mailer_within(&url, None, Duration::from_millis(300));
    let error = refused(&mailer, "anna").await;
    assert!(!error.permanent && !error.handed_over);
    assert!(
        error
            .reply
            .ends_with("no answer to connection within 0.3 s"),
        "{}",
        error.reply
    );
}

#[actix_web::test]
async fn an_absent_server_is_a_passing_failure() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mailer = mailer(&format!("smtp://127.0.0.1:{port}"), None);
    let error = refused(&mailer, "anna").await;
    assert!(!error.permanent && !error.handed_over);
    assert!(error.reply.contains("refused"), "{}", error.reply);
}

#[actix_web::test]
async fn a_server_that_went_away_between_two_mails_is_found_again() {
    let Some(mut server) = MailServer::start(&[]) else {
        return;
    };
    let mailer = mailer_of(&server);
    mailer.send(&mail_to("anna")).await.unwrap();
    let port = server.port.to_string();
    server.stop();
    assert!(refused(&mailer, "anna").await.reply.contains("refused"));
    let again = MailServer::start(&["--port", &port]).unwrap();
    mailer.send(&mail_to("anna")).await.unwrap();
    assert_eq!(again.mails().len(), 1);
}

#[actix_web::test]
async fn starttls_and_sign_in_with_the_own_ca() {
    let Some((server, certificates)) =
        MailServer::start_tls(&["--starttls", "--auth", "zinne:ge/heim@1"])
    else {
        return;
    };
    let url = format!(
        "smtp+starttls://zinne:ge%2Fheim%401@localhost:{}",
        server.port
    );
    let mailer = mailer(&url, Some(&certificates.path("ca.pem")));
    mailer.send(&mail_to("anna")).await.unwrap();
    let mails = server.mails();
    assert!(mails[0].contains("X-Tls: TLSv1.3\r\n"), "{}", mails[0]);
    assert!(mails[0].contains("X-Auth: zinne\r\n"));
}

#[actix_web::test]
async fn implicit_tls_with_the_own_ca() {
    let Some((server, certificates)) = MailServer::start_tls(&["--implicit-tls"]) else {
        return;
    };
    let url = format!("smtps://localhost:{}", server.port);
    let mailer = mailer(&url, Some(&certificates.path("ca.pem")));
    mailer.send(&mail_to("anna")).await.unwrap();
    mailer.send(&mail_to("bert")).await.unwrap();
    let mails = server.mails();
    assert!(mails[1].contains("X-Tls: TLSv1.3\r\n"));
    assert!(mails[1].contains("X-Connection: 1\r\n"));
}

#[actix_web::test]
async fn an_unknown_ca_or_a_foreign_name_is_refused() {
    for arguments in [["--starttls"], ["--implicit-tls"]] {
        let Some((server, certificates)) = MailServer::start_tls(&arguments) else {
            return;
        };
        let scheme = if arguments == ["--starttls"] {
            "smtp+starttls"
        } else {
            "smtps"
        };
        let ca = certificates.path("ca.pem");
        for (host, ca) in [("localhost", None), ("127.0.0.1", Some(ca.as_path()))] {
            let mailer = mailer(&format!("{scheme}://{host}:{}", server.port), ca);
            let error = refused(&mailer, "anna").await;
            assert!(!error.permanent && !error.handed_over);
            assert!(error.reply.contains("certificate"), "{}", error.reply);
        }
        assert!(server.mails().is_empty());
    }
}

#[actix_web::test]
async fn no_mail_without_starttls_where_it_is_required() {
    let Some(server) = MailServer::start(&["--auth", "zinne:geheim"]) else {
        return;
    };
    let url = format!("smtp+starttls://zinne:geheim@localhost:{}", server.port);
    let error = refused(&mailer(&url, None), "anna").await;
    assert!(!error.permanent && !error.handed_over);
    assert!(
        error.reply.contains("does not offer starttls"),
        "{}",
        error.reply
    );
    assert!(server.mails().is_empty());
}

#[actix_web::test]
async fn a_wrong_password_is_a_fault_of_the_settings_not_of_the_mail() {
    let Some(server) = MailServer::start(&["--auth", "zinne:geheim"]) else {
        return;
    };
    let url = format!("smtp://zinne:falsch@localhost:{}", server.port);
    let error = refused(&mailer(&url, None), "anna").await;
    assert_eq!(error.reply, "535 the mail server refused user or password");
    assert!(!error.permanent && !error.handed_over);
    let url = format!("smtp://localhost:{}", server.port);
    let error = refused(&mailer(&url, None), "anna").await;
    assert!(error.reply.starts_with("530 "), "{}", error.reply);
    assert!(!error.permanent && !error.handed_over);
}

#[actix_web::test]
async fn a_dead_runtime_leaves_no_dead_connection_behind() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let mailer = mailer_of(&server);
    let other = mailer.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(other.send(&mail_to("anna"))).unwrap();
    })
    .join()
    .unwrap();
    mailer.send(&mail_to("bert")).await.unwrap();
    assert_eq!(server.mails().len(), 2);
}
