//! The tables of `docs/TELEMETRY.md`. The browser's tests use this file as well.

const TEXT: &str = include_str!("../../../../docs/TELEMETRY.md");

/// One table: its rows by the names of its columns.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'t> {
    columns: &'t [String],
    cells: &'t [String],
}

impl Table {
    /// The table below a heading, which the document has once.
    pub(crate) fn below(heading: &str) -> Self {
        let is_heading =
            |line: &&str| line.starts_with('#') && line.trim_start_matches('#').trim() == heading;
        assert_eq!(TEXT.lines().filter(|line| is_heading(line)).count(), 1, "{heading}");
        let after = TEXT.lines().skip_while(|line| !is_heading(line)).skip(1);
        let section = after.take_while(|line| !line.starts_with('#'));
        let table = section.skip_while(|line| !line.starts_with('|'));
        let mut rows = table.take_while(|line| line.starts_with('|')).map(cells);
        let columns = rows.next().unwrap_or_else(|| panic!("no table below {heading}"));
        let rows: Vec<_> = rows.skip(1).collect();
        for row in &rows {
            assert_eq!(row.len(), columns.len(), "{heading}: {row:?}");
        }
        Self { columns, rows }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { columns: &self.columns, cells })
    }
}

impl<'t> Row<'t> {
    /// The text of a cell.
    pub(crate) fn cell(&self, column: &str) -> &'t str {
        let at = self.columns.iter().position(|name| name == column);
        &self.cells[at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.columns))]
    }

    /// What stands in a cell as code.
    pub(crate) fn codes(&self, column: &str) -> Vec<&'t str> {
        self.cell(column).split('`').skip(1).step_by(2).collect()
    }

    /// The first code of a cell: the name of what the row is about.
    pub(crate) fn code(&self, column: &str) -> &'t str {
        self.codes(column)[0]
    }
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}
