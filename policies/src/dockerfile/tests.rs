use super::*;

fn commands(text: &str) -> Vec<Value> {
    parse(text).unwrap().as_array().unwrap().clone()
}

#[test]
fn commands_have_the_shape_that_conftest_gives() {
    let text = "# A comment\n\nFROM --platform=linux/amd64 rust:1 AS build\n\
                RUN a \\\n  # between\n  && b\nCOPY --from=x --chown=1:1 a b /c\n\
                from debian:13\nCMD [\"a\", \"b c\"]\n";
    let found = commands(text);
    let seen: Vec<_> = found
        .iter()
        .map(|one| format!("{} {} {} {}", one["Stage"], one["Cmd"], one["Flags"], one["Value"]))
        .collect();
    assert_eq!(
        seen,
        [
            r#"0 "from" ["--platform=linux/amd64"] ["rust:1","AS","build"]"#,
            r#"0 "run" [] ["a   && b"]"#,
            r#"0 "copy" ["--from=x","--chown=1:1"] ["a","b","/c"]"#,
            r#"1 "from" [] ["debian:13"]"#,
            r#"1 "cmd" [] ["a","b c"]"#,
        ]
    );
    assert_eq!(found[4]["JSON"], true);
}

#[test]
fn pairs_are_triples() {
    let found = commands("FROM a\nENV A=1 B=\"two words\" \\\n    C=3\nENV D four five\n");
    assert_eq!(
        found[1]["Value"].to_string(),
        r#"["A","1","=","B","\"two words\"","=","C","3","="]"#
    );
    assert_eq!(found[2]["Value"].to_string(), r#"["D","four five",""]"#);
}

#[test]
fn what_is_not_understood_is_refused() {
    for bad in [
        "",
        "RUN a\n",
        "FROM a\nRUN <<EOF\na\nEOF\n",
        "FROM a\nENV A=1 B\n",
        "FROM a\nCOPY \"a b\n",
        "FROM a\n&& b\n",
    ] {
        assert!(parse(bad).is_err(), "{bad:?}");
    }
}
