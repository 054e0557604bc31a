use super::*;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");
const COMPOSE: &str = include_str!("../../../compose.yaml");
const DOCKERFILE: &str = include_str!("../../../Dockerfile");

fn judge() -> Judge {
    Judge::load(FOLDER.as_ref()).unwrap()
}

/// The denials after a change of a file, which must change it.
fn after(judge: &Judge, kind: Kind, text: &str, from: &str, to: &str) -> Vec<String> {
    let changed = text.replace(from, to);
    assert_ne!(changed, text, "{from:?} is not in the file");
    judge.text(kind, &changed).unwrap_or_else(|error| panic!("{to:?}: {error:#}")).denials
}

#[test]
fn the_files_of_this_repository_are_accepted() {
    assert_eq!(judge().text(Kind::Compose, COMPOSE).unwrap().denials, Vec::<String>::new());
    assert_eq!(judge().text(Kind::Dockerfile, DOCKERFILE).unwrap().denials, Vec::<String>::new());
}

/// Each rule's name, a change of the real file, and a service that is named.
const COMPOSE_CHANGES: &[(&str, &str, &str, &str)] = &[
    ("tag", "postgres", "postgres:18.4", "postgres"),
    ("tag", "postgres", "postgres:18.4", "registry.example:5000/postgres"),
    ("tag", "postgres", "postgres:18.4", "postgres:${TAG}"),
    ("tag", "postgres", "image: postgres:18.4", "hostname: postgres"),
    ("latest", "postgres", "postgres:18.4", "postgres:latest"),
    ("latest", "postgres", "postgres:18.4", "postgres:${TAG:-latest}"),
    ("latest", "loki", "grafana/loki:3.7.6", "grafana/loki:main"),
    ("latest", "backend", "observability-lab/backend", "someone/backend"),
    ("root", "postgres", "user: '999:999'", "user: '0:0'"),
    ("root", "postgres", "user: '999:999'", "user: root"),
    ("root", "postgres", "user: '999:999'", "user: 0"),
    ("user", "postgres", "user: '999:999'", "tty: false"),
    ("privileged", "postgres", "user: '999:999'", "user: '999:999'\n    privileged: true"),
    ("capabilities", "backend", "cap_drop: [ALL]", "cap_drop: [NET_RAW]"),
    ("capabilities", "backend", "cap_drop: [ALL]\n", "\n"),
    ("capabilities", "backend", "cap_drop: [ALL]", "cap_drop: [ALL]\n  cap_add: [SYS_ADMIN]"),
    ("new-privileges", "backend", "'no-new-privileges:true'", "'no-new-privileges:false'"),
    ("new-privileges", "backend", "security_opt: ['no-new-privileges:true']\n", "\n"),
    ("unconfined", "backend", "['no-new", "['seccomp:unconfined', 'no-new"),
    ("unconfined", "backend", "['no-new", "['apparmor=unconfined', 'no-new"),
    ("read-only", "backend", "read_only: true\n  cap", "read_only: false\n  cap"),
    ("read-only", "backend", "read_only: true\n  cap", "cap"),
    ("memory", "backend", "mem_limit: 48m", "cpus: 1"),
    ("port", "backend", "'${LAB_BIND:-127.0.0.1}:${LAB_BACKEND_PORT:-5000}:5000'", "'5000:5000'"),
    ("port", "loki", "${LAB_BIND:-127.0.0.1}:${LAB_LOKI", "${LAB_BIND:-0.0.0.0}:${LAB_LOKI"),
    ("port", "loki", "${LAB_BIND:-127.0.0.1}:${LAB_LOKI", "${LAB_BIND}:${LAB_LOKI"),
    (
        "port",
        "loki",
        "['${LAB_BIND:-127.0.0.1}:${LAB_LOKI_PORT:-3100}:3100']",
        "[{target: 3100, published: 3100}]",
    ),
    ("port", "loki", "['${LAB_BIND:-127.0.0.1}:${LAB_LOKI_PORT:-3100}:3100']", "[3100]"),
    ("host-namespace", "backend", "mem_limit: 48m", "mem_limit: 48m\n    network_mode: host"),
    ("host-namespace", "backend", "mem_limit: 48m", "mem_limit: 48m\n    pid: host"),
    ("engine-socket", "loki", "loki-data:/loki", "/var/run/docker.sock:/loki"),
    ("engine-socket", "backend", "source: postgres-run", "source: /run/docker.sock"),
    ("secret", "postgres", "${LAB_DB_PASSWORD:-}", "hunter2"),
    ("secret", "postgres", "${LAB_DB_PASSWORD:-}", "${LAB_DB_PASSWORD:-hunter2}"),
    ("secret", "loki", "{LAB_RETENTION: *retention}", "['API_KEY=a=b']"),
];

#[test]
fn every_rule_for_compose_files_denies_what_it_is_for() {
    let judge = judge();
    for (rule, service, from, to) in COMPOSE_CHANGES {
        // `environment` of Loki spans lines; Tempo has the same on one.
        let service = if from.contains("*retention}") { "tempo" } else { service };
        let denials = after(&judge, Kind::Compose, COMPOSE, from, to);
        let found = denials.iter().any(|denial| {
            denial.starts_with(&format!("{service}: ")) && denial.ends_with(&format!("[{rule}]"))
        });
        assert!(found, "{rule} for {service} is not denied after {to:?}: {denials:?}");
    }
}

const FROM: &str = "gcr.io/distroless/cc-debian13:nonroot AS backend";

/// Each rule's name and a change of the real file.
const DOCKERFILE_CHANGES: &[(&str, &str, &str)] = &[
    ("tag", "rust:1.95-slim-trixie", "rust"),
    ("tag", "COPY --from=assets /assets /usr", "COPY --from=busybox /assets /usr"),
    ("tag", "rust:1.95-slim-trixie", "rust:${VERSION}"),
    ("latest", "rust:1.95-slim-trixie", "rust:latest"),
    ("user", "USER 101:101\n", ""),
    ("root", "USER 101:101\n", "USER 101:101\nUSER root\n"),
    ("root", "USER 65532:65532\nEXPOSE", "USER 0\nEXPOSE"),
    ("add-url", "COPY nginx/www ", "ADD https://example.org/www "),
    ("add-url", "COPY nginx/www ", "ADD git@example.org:www.git "),
    ("secret", FROM, "gcr.io/distroless/cc-debian13:nonroot AS backend\nARG NPM_TOKEN"),
    ("secret", FROM, "gcr.io/distroless/cc-debian13:nonroot AS backend\nENV A=1 DB_PASSWORD=x"),
];

#[test]
fn every_rule_for_dockerfiles_denies_what_it_is_for() {
    let judge = judge();
    for (rule, from, to) in DOCKERFILE_CHANGES {
        let denials = after(&judge, Kind::Dockerfile, DOCKERFILE, from, to);
        let found = denials.iter().any(|denial| denial.ends_with(&format!("[{rule}]")));
        assert!(found, "{rule} is not denied after {to:?}: {denials:?}");
    }
}

/// Every name that the rules give is one that a change above brings out.
#[test]
fn no_rule_is_without_a_test() {
    for (file, call, tested) in [
        ("compose.rego", "refusal(\"", COMPOSE_CHANGES.iter().map(|it| it.0).collect::<Vec<_>>()),
        ("dockerfile.rego", "flaw(\"", DOCKERFILE_CHANGES.iter().map(|it| it.0).collect()),
    ] {
        let text = fs::read_to_string(Path::new(FOLDER).join(file)).unwrap();
        let rules: Vec<_> =
            text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(rules.len() > 5, "{file} has too few rules: {rules:?}");
        for rule in rules {
            assert!(tested.contains(&rule), "{file}: nothing brings {rule} out");
        }
    }
}

#[test]
fn anchors_and_merges_are_resolved_first() {
    let text = "x-a: &a {read_only: true, cap_drop: [ALL], mem_limit: 1m, user: '1'}\n\
                x-b: &b {security_opt: ['no-new-privileges:true'], mem_limit: 2m}\n\
                services: {one: {<<: [*a, *b], image: 'a:1'}, two: {<<: *a, image: 'a:1'}}\n";
    let denials = judge().text(Kind::Compose, text).unwrap().denials;
    assert_eq!(denials, ["two: its programs may gain privileges [new-privileges]"]);
}

#[test]
fn exceptions_have_reasons_and_are_needed() {
    let judge = judge();
    let needed = judge.text(Kind::Compose, COMPOSE).unwrap().needed;
    let all = judge.exceptions().unwrap();
    assert!(needed.len() > 3 && needed.iter().all(|one| all.contains(one)), "{needed:?}");
}

#[test]
fn files_that_are_neither_are_refused() {
    let judge = judge();
    assert!(judge.text(Kind::Compose, "a: 1\n").is_err());
    assert!(judge.text(Kind::Compose, "services: [\n").is_err());
    assert!(judge.file("Cargo.toml".as_ref()).is_err());
    assert!(Judge::load("/nowhere".as_ref()).is_err());
    assert!(Judge::load(concat!(env!("CARGO_MANIFEST_DIR"), "/src").as_ref()).is_err());
}
