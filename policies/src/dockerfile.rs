//! Dockerfiles as conftest gives them to Rego: commands with names in lower case. It leaves
//! the comments in, which the rules do not read.
//!
//! The forms that this repository uses: continued lines, comments, flags, JSON arrays,
//! `NAME=value` pairs with quotes. Here-documents are refused rather than misread.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// Instructions whose words are read apart; the others keep their text as one value.
const WORDS: [&str; 8] = ["from", "copy", "add", "arg", "expose", "user", "workdir", "volume"];
const PAIRS: [&str; 2] = ["env", "label"];

/// The file's commands.
pub(crate) fn parse(text: &str) -> Result<Value> {
    let mut commands = Vec::new();
    let mut stages = 0_usize;
    for line in logical_lines(text) {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        let name = name.to_ascii_lowercase();
        ensure!(
            name.chars().all(|letter| letter.is_ascii_lowercase()) && !name.is_empty(),
            "`{line}` is no instruction"
        );
        if rest.contains("<<") {
            bail!("here-documents are not understood: `{line}`");
        }
        stages += usize::from(name == "from");
        ensure!(stages > 0 || name == "arg", "`{line}` comes before FROM");
        commands.push(command(&name, rest.trim(), stages.saturating_sub(1))?);
    }
    ensure!(stages > 0, "there is no FROM");
    Ok(Value::Array(commands))
}

fn command(name: &str, rest: &str, stage: usize) -> Result<Value> {
    let (flags, rest) = flags(rest);
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text.trim()).ok();
    let mut is_json = true;
    let values = if let Some(values) = list(rest) {
        values
    } else if let Some(values) = rest.strip_prefix("CMD ").and_then(list) {
        // Of a health check.
        std::iter::once("CMD".to_owned()).chain(values).collect()
    } else {
        is_json = false;
        text_values(name, rest)?
    };
    Ok(json!({
        "Cmd": name, "SubCmd": "", "JSON": is_json, "Flags": flags, "Value": values, "Stage": stage,
    }))
}

fn text_values(name: &str, rest: &str) -> Result<Vec<String>> {
    if PAIRS.contains(&name) {
        pairs(rest)
    } else if WORDS.contains(&name) {
        words(rest)
    } else if let Some(rest) = rest.strip_prefix("CMD ") {
        Ok(vec!["CMD".to_owned(), rest.trim().to_owned()])
    } else {
        Ok(vec![rest.to_owned()])
    }
}

/// Lines with those that continue them, without comments and blanks.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        // A comment may stand between the parts of an instruction.
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        // What a continued line begins with belongs to it.
        let line = if open.is_empty() { trimmed } else { line.trim_end() };
        if let Some(part) = line.strip_suffix('\\') {
            open.push_str(part);
        } else {
            open.push_str(line);
            lines.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        lines.push(open);
    }
    lines
}

/// What begins with two hyphens before the values.
fn flags(mut rest: &str) -> (Vec<&str>, &str) {
    let mut flags = Vec::new();
    while rest.starts_with("--") {
        let (flag, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        flags.push(flag);
        rest = after.trim_start();
    }
    (flags, rest)
}

/// Words as they stand there, quotes included.
fn words(text: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in text.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if letter.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            _ => {}
        }
        word.push(letter);
    }
    ensure!(quote.is_none(), "a quote is not closed: `{text}`");
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// Triples of name, value and separator; `ENV NAME value` has a blank for a separator.
fn pairs(text: &str) -> Result<Vec<String>> {
    let words = words(text)?;
    let first = words.first().context("there is no name")?;
    if !first.contains('=') {
        let value = text.strip_prefix(first.as_str()).unwrap_or_default().trim();
        return Ok(vec![first.clone(), value.to_owned(), String::new()]);
    }
    let mut values = Vec::new();
    for word in &words {
        let (name, value) = word.split_once('=').with_context(|| format!("`{word}` has no `=`"))?;
        values.extend([name.to_owned(), value.to_owned(), "=".to_owned()]);
    }
    Ok(values)
}

#[cfg(test)]
mod tests;
