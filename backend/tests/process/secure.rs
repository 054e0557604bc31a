//! A PostgreSQL server that wants TLS and a password.

use std::fs;
use std::path::{Path, PathBuf};

use postgres_fixture::Postgres;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::authority::Authority;
use crate::lab::{Lab, command, output};
use crate::load::{status, until};
use crate::postgres;

const PASSWORD: &str = "hunter2:%41/ünsafe";

/// A server with a certificate for the loopback address; whoever comes over the network
/// needs TLS and what `method` of `pg_hba.conf` asks for.
async fn secure(authority: &Authority, method: &str) -> Option<Postgres> {
    let server = postgres::server()?;
    let mut admin = PgConnection::connect(&server.url()).await.unwrap();
    let folder: String =
        sqlx::query_scalar("SHOW data_directory").fetch_one(&mut admin).await.unwrap();
    let folder = Path::new(&folder);
    let (certificate, key) = authority.certify("127.0.0.1");
    // The server writes them: they have to be its user's, and the key nobody else's.
    write(&mut admin, &folder.join("lab.crt"), &certificate.pem()).await;
    write(&mut admin, &folder.join("lab.key"), &key.serialize_pem()).await;
    write(&mut admin, &folder.join("lab-ca.crt"), &authority.0.pem()).await;
    let access = format!("hostssl all all 127.0.0.1/32 {method}");
    write(&mut admin, &folder.join("pg_hba.conf"), &access).await;
    for statement in [
        format!("CREATE ROLE lab LOGIN SUPERUSER PASSWORD '{PASSWORD}'").as_str(),
        "ALTER SYSTEM SET ssl_cert_file = 'lab.crt'",
        "ALTER SYSTEM SET ssl_key_file = 'lab.key'",
        "ALTER SYSTEM SET ssl_ca_file = 'lab-ca.crt'",
        "ALTER SYSTEM SET ssl = on",
        "SELECT pg_reload_conf()",
    ] {
        admin.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }
    // The reload takes effect a moment later.
    let plain = format!("{}?sslmode=disable", server.url());
    until("the server to want TLS", async || PgConnection::connect(&plain).await.is_err()).await;
    Some(server)
}

async fn write(admin: &mut PgConnection, file: &Path, text: &str) {
    let lines = text.trim().replace('\n', "'), ('");
    let program = format!("umask 077; cat > \"{}\"", file.display());
    let copy = format!("COPY (VALUES ('{lines}')) TO PROGRAM '{program}'");
    admin.execute(AssertSqlSafe(copy)).await.unwrap();
}

/// Files for the settings.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_and_a_password_from_a_file_work_and_nothing_less_does() {
    let authority = Authority::new();
    let Some(server) = secure(&authority, "scram-sha-256").await else { return };
    let files = Files::new();
    let ours = files.write("ca.pem", &authority.0.pem());
    let other = files.write("other.pem", &Authority::new().0.pem());
    let password = files.write("password", &format!("{PASSWORD}\n"));
    let wrong = files.write("wrong", "hunter3");
    let url = |query: &str| server.url().replace("postgres@", "lab@") + query;

    let good = [("PGPASSWORD_FILE", password.as_str())];
    assert!(refusal(&url("?sslmode=disable"), &good).contains("no encryption"));
    for query in [
        String::new(),
        "?sslmode=require".to_owned(),
        format!("?sslmode=verify-ca&sslrootcert={ours}"),
        format!("?sslmode=verify-full&sslrootcert={ours}"),
    ] {
        let lab = Lab::start(&[("DATABASE_URL", &url(&query)), good[0]]);
        let ready = format!("{}/ready", lab.url);
        until("the probe to tell", async || status(&ready).await == 200).await;
        let (code, _, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
        assert_eq!(code, Some(0), "{query}");
        assert!(!format!("{lines:?}").contains("hunter"), "{lines:?}");
    }
    for (query, password) in [
        // Not the authority that vouches for the server.
        (format!("?sslmode=verify-full&sslrootcert={other}"), password.as_str()),
        (format!("?sslmode=verify-ca&sslrootcert={other}"), &password),
        ("?sslmode=require".to_owned(), &wrong),
    ] {
        refusal(&url(&query), &[("PGPASSWORD_FILE", password)]);
    }
    // A certificate for another name than the one that was asked for.
    let localhost = url(&format!("?sslmode=verify-full&sslrootcert={ours}"));
    refusal(&localhost.replace("127.0.0.1", "localhost"), &good);
    // Given in the URL it is as secret.
    let written = "hunter2wrong";
    let in_url = url("?sslmode=require").replace("lab@", &format!("lab:{written}@"));
    assert!(refusal(&in_url, &[]).contains("password authentication failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_the_client_stands_for_a_password() {
    let authority = Authority::new();
    let Some(server) = secure(&authority, "cert").await else { return };
    let files = Files::new();
    let ca = files.write("ca.pem", &authority.0.pem());
    let pair = |authority: &Authority, name: &str, role: &str| {
        let (certificate, key) = authority.certify(role);
        let key = files.write(&format!("{name}.key"), &key.serialize_pem());
        (files.write(&format!("{name}.pem"), &certificate.pem()), key)
    };
    let url = server.url().replace("postgres@", "lab@");
    let verified = format!("?sslmode=verify-full&sslrootcert={ca}");

    let (certificate, key) = pair(&authority, "lab", "lab");
    for (query, vars) in [
        (format!("{verified}&sslcert={certificate}&sslkey={key}"), [].as_slice()),
        (verified.clone(), &[("PGSSLCERT", certificate.as_str()), ("PGSSLKEY", &key)]),
    ] {
        let url = url.clone() + &query;
        let lab = Lab::start(&[&[("DATABASE_URL", url.as_str())], vars].concat());
        let ready = format!("{}/ready", lab.url);
        until("the probe to tell", async || status(&ready).await == 200).await;
    }
    let url = url + &verified;
    refusal(&url, &[]);
    // One of somebody else, and one that nobody vouches for.
    for (certificate, key) in
        [pair(&authority, "ann", "ann"), pair(&Authority::new(), "forged", "lab")]
    {
        refusal(&url, &[("PGSSLCERT", &certificate), ("PGSSLKEY", &key)]);
    }
}

/// What a server says that cannot connect. Whatever it prints, no password is in it.
fn refusal(url: &str, vars: &[(&str, &str)]) -> String {
    let folder = TempDir::new().unwrap();
    let mut command = command(&folder);
    command.env("DATABASE_URL", url).envs(vars.iter().copied());
    let ended = output(command);
    let (stdout, stderr) =
        (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!(ended.status.code(), Some(1), "{url} {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(!format!("{stdout}{stderr}").contains("hunter"), "{stdout}{stderr}");
    stderr
}
