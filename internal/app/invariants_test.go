package app_test

import (
	"fmt"
	"strings"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// sound checks that the books of a project say the same as its documents. It
// may be asked at any moment at which no job runs.
func sound(t *testing.T, a *app.App, project id.ID) {
	t.Helper()
	soundAll(t, a, project)
}

// soundAll asks once for several projects.
func soundAll(t *testing.T, a *app.App, projects ...id.ID) {
	t.Helper()
	found, err := a.Doctor(t.Context(), app.Checks{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
	for _, p := range projects {
		soundBooks(t, a, p)
	}
}

// soundBooks leaves out what the doctor sees.
func soundBooks(t *testing.T, a *app.App, project id.ID) {
	t.Helper()
	for _, r := range rulesOfMoney() {
		for _, row := range rowsOf(t, a.DB, r.query, project) {
			t.Errorf("%s: %s", r.name, row)
		}
	}
	soundAccounts(t, a, project)
}

// soundAccounts compares whole accounts with the documents behind them.
func soundAccounts(t *testing.T, a *app.App, project id.ID) {
	t.Helper()
	q := a.DB.Reader(t.Context())
	have, err := a.Ledger.Balances(t.Context(), q, project, 0)
	if err != nil {
		t.Fatal(err)
	}
	prepaid, err := a.Payment.Total(t.Context(), q, project)
	if err != nil {
		t.Fatal(err)
	}
	taken := func(methods string) money.Fen {
		return sumOf(t, a.DB, `SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM cashier_pay p
			JOIN cashier_receipt r ON r.project_id = p.project_id AND r.id = p.receipt_id
			WHERE p.project_id = ? AND r.state = 'valid' AND p.method IN (`+methods+")", project)
	}
	want := map[ledger.Account]money.Fen{
		ledger.Cash:         taken("'cash'"),
		ledger.Bank:         taken("'card', 'transfer'"),
		ledger.Clearing:     taken("'wechat', 'alipay'"),
		ledger.Prepaid:      -prepaid,
		ledger.Deposit:      -sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM cashier_deposit WHERE project_id = ?", project),
		ledger.OtherRevenue: sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashier_deposit_entry WHERE project_id = ? AND seq > 0", project),
		ledger.Receivable: sumOf(t, a.DB, `SELECT CAST(COALESCE(SUM(amount - paid), 0) AS BIGINT) FROM billing_charge c
			WHERE project_id = ? AND `+posted, project),
		ledger.Revenue: -sumOf(t, a.DB, `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM billing_charge c
			WHERE project_id = ? AND `+posted, project),
	}
	late := sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM billing_charge c WHERE project_id = ? AND source_kind = 2 AND "+posted, project)
	waived := sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(waived), 0) AS BIGINT) FROM billing_charge c WHERE project_id = ? AND "+posted, project)
	want[ledger.OtherRevenue] -= late
	back := sumOf(t, a.DB, `SELECT CAST(COALESCE(SUM(l.returned), 0) AS BIGINT) FROM correction_line l JOIN correction_doc d ON d.project_id = l.project_id AND d.id = l.doc_id
		WHERE l.project_id = ? AND d.state = 'made'`, project)
	want[ledger.Revenue] += late + waived + back
	spent := func(where string) money.Fen {
		return sumOf(t, a.DB, `SELECT CAST(COALESCE(SUM(CASE WHEN c.direction = 'in' THEN -d.amount ELSE d.amount END), 0) AS BIGINT)
			FROM expense_doc d JOIN expense_category c ON c.project_id = d.project_id AND c.id = d.category_id
			WHERE d.project_id = ? AND d.state = 'approved' AND `+where, project)
	}
	want[ledger.Cash] -= spent("d.paid_from = 'cash'")
	want[ledger.Bank] -= spent("d.paid_from = 'bank'")
	held := sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashier_bank_row WHERE project_id = ? AND state = 'held'", project)
	for state, from := range map[string]ledger.Account{"cash": ledger.Cash, "settled": ledger.Clearing} {
		came := sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashier_bank_row WHERE project_id = ? AND state = '"+state+"'", project)
		want[from] -= came
		want[ledger.Bank] += came
	}
	want[ledger.Bank] += held
	want[ledger.Suspense] -= held
	want[ledger.Allowance] = sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(rounded), 0) AS BIGINT) FROM cashier_receipt WHERE project_id = ? AND state = 'valid'", project)
	fees := sumOf(t, a.DB, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment_fee WHERE project_id = ?", project)
	want[ledger.Clearing] -= fees
	want[ledger.FinancialCost] += fees
	for account := range have {
		want[account] += spent(fmt.Sprintf("c.account = %d", account))
	}
	var sum money.Fen
	for account, balance := range have {
		if want[account] != balance {
			t.Errorf("account %d %s stands at %s, the documents say %s", account, account.Name(), balance.Yuan(), want[account].Yuan())
		}
		delete(want, account)
		sum += balance
	}
	for account, balance := range want {
		if balance != 0 {
			t.Errorf("account %d %s has no postings, the documents say %s", account, account.Name(), balance.Yuan())
		}
	}
	if sum != 0 {
		t.Errorf("the books sum to %d fen", sum)
	}
}

// posted are the charges c that stand in the books.
const posted = `c.live = 1 AND c.hold = 0 AND EXISTS (SELECT 1 FROM billing_part p
	WHERE p.project_id = c.project_id AND p.run_id = c.run_id AND p.no = c.part AND p.released = 1)`

type moneyRule struct{ name, query string }

// rulesOfMoney are queries that find nothing in sound books; each "?" is the
// project.
func rulesOfMoney() []moneyRule {
	return append(rulesOfCharges(), rulesOfReceipts()...)
}

func rulesOfCharges() []moneyRule {
	return []moneyRule{
		{"charged twice (item, month, room, segment, times)", `SELECT item_id, month, subject_id, segment, COUNT(*) FROM billing_charge
			WHERE project_id = ? AND live = 1 AND source_kind NOT IN (2, 5) GROUP BY item_id, month, subject_id, segment HAVING COUNT(*) > 1`},
		{"paid more than owed, or paid and not owed at all (charge, paid, amount)", `SELECT id, paid, amount FROM billing_charge
			WHERE project_id = ? AND (paid < 0 OR paid > amount OR (paid > 0 AND (live = 0 OR hold <> 0)))`},
		{"paid is not the sum of the valid receipts (charge, paid, lines)", `SELECT c.id, c.paid - c.waived, COALESCE(l.paid, 0) FROM billing_charge c
			LEFT JOIN (SELECT l.charge_id, CAST(SUM(l.amount) AS BIGINT) AS paid FROM cashier_line l
				JOIN cashier_receipt r ON r.project_id = l.project_id AND r.id = l.receipt_id
				WHERE r.project_id = ? AND r.state = 'valid' GROUP BY l.charge_id) l ON l.charge_id = c.id
			WHERE c.project_id = ? AND c.paid - c.waived <> COALESCE(l.paid, 0)`},
		{"receipt line without its charge (receipt, charge)", `SELECT l.receipt_id, l.charge_id FROM cashier_line l WHERE l.project_id = ?
			AND NOT EXISTS (SELECT 1 FROM billing_charge c WHERE c.project_id = l.project_id AND c.id = l.charge_id AND c.subject_id = l.room_id)`},
		{"charges and ledger differ (room, item, difference)", `SELECT subject_id, item_id, SUM(x) FROM (
				SELECT c.subject_id, c.item_id, c.amount AS x FROM billing_charge c WHERE c.project_id = ? AND ` + posted + `
				UNION ALL SELECT subject_id, item_id, CASE WHEN debit = 1122 THEN -amount ELSE amount END FROM ledger_posting
				WHERE project_id = ? AND doc_kind NOT IN (40, 41, 42) AND ((debit = 1122 AND credit IN (6001, 6051)) OR (debit IN (6001, 6051) AND credit = 1122))
			) AS both_sides GROUP BY subject_id, item_id HAVING SUM(x) <> 0`},
		{"payments and ledger differ (room, item, difference)", `SELECT subject_id, item_id, SUM(x) FROM (
				SELECT subject_id, item_id, paid AS x FROM billing_charge WHERE project_id = ?
				UNION ALL SELECT subject_id, item_id, CASE WHEN credit = 1122 THEN -amount ELSE amount END FROM ledger_posting
				WHERE project_id = ? AND doc_kind IN (5, 6, 40, 41, 42) AND (debit = 1122 OR credit = 1122)
			) AS both_sides GROUP BY subject_id, item_id HAVING SUM(x) <> 0`},
		{"run does not count its charges (run, state, lines, counted)", `SELECT r.id, r.state, r.lines, COUNT(c.id) FROM billing_run r
			LEFT JOIN billing_charge c ON c.project_id = r.project_id AND c.run_id = r.id AND c.live = 1 AND c.hold <> 2
			WHERE r.project_id = ? AND r.state IN ('draft', 'empty', 'released') GROUP BY r.id, r.state, r.lines, r.amount
			HAVING COUNT(c.id) <> r.lines OR COALESCE(SUM(c.amount), 0) <> r.amount`},
		{"withdrawn run still has live charges (run)", `SELECT DISTINCT r.id FROM billing_run r
			JOIN billing_charge c ON c.project_id = r.project_id AND c.run_id = r.id AND c.live = 1
			WHERE r.project_id = ? AND r.state = 'withdrawn'`},
		{"withdrawn run is not reversed (run, left)", `SELECT r.id, SUM(CASE WHEN p.debit = 1122 THEN p.amount ELSE -p.amount END) FROM billing_run r
			JOIN ledger_posting p ON p.project_id = r.project_id AND p.doc_id = r.id
			WHERE r.project_id = ? AND r.state = 'withdrawn' GROUP BY r.id HAVING SUM(CASE WHEN p.debit = 1122 THEN p.amount ELSE -p.amount END) <> 0`},
	}
}

func rulesOfReceipts() []moneyRule {
	return []moneyRule{
		{"receipt and its postings differ (number, amount, posted, reversed)", `SELECT number, amount, posted, reversed FROM (
				SELECT r.number, r.amount, r.rounded, r.state,
					(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM ledger_posting p WHERE p.project_id = r.project_id AND p.doc_id = r.id AND p.doc_kind = 5) AS posted,
					(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM ledger_posting p WHERE p.project_id = r.project_id AND p.doc_id = r.id AND p.doc_kind = 6) AS reversed
				FROM cashier_receipt r WHERE r.project_id = ?
			) AS sums WHERE posted <> ABS(amount + rounded) OR reversed <> CASE WHEN state = 'void' THEN amount + rounded ELSE 0 END`},
		{"posting of a document that is not there (posting, kind, document)", `SELECT id, doc_kind, doc_id FROM ledger_posting p WHERE project_id = ? AND NOT (
				(doc_kind IN (1, 2) AND EXISTS (SELECT 1 FROM billing_run x WHERE x.project_id = p.project_id AND x.id = p.doc_id)) OR
				(doc_kind IN (43, 44) AND EXISTS (SELECT 1 FROM correction_doc x WHERE x.project_id = p.project_id AND x.id = p.doc_id)) OR
				(doc_kind IN (3, 4, 7, 41, 42) AND EXISTS (SELECT 1 FROM billing_charge x WHERE x.project_id = p.project_id AND x.id = p.doc_id)) OR
				(doc_kind = 30 AND EXISTS (SELECT 1 FROM cashier_deposit_entry x WHERE x.project_id = p.project_id AND x.id = p.doc_id AND x.amount = -p.amount)) OR
				(doc_kind IN (60, 61) AND EXISTS (SELECT 1 FROM expense_doc x WHERE x.project_id = p.project_id AND x.id = p.doc_id AND x.amount = p.amount)) OR
				(doc_kind = 47 AND EXISTS (SELECT 1 FROM payment_fee x WHERE x.project_id = p.project_id AND x.id = p.doc_id AND (x.amount = p.amount OR x.amount = -p.amount))) OR
				(doc_kind IN (70, 71, 72, 73, 74) AND EXISTS (SELECT 1 FROM cashier_bank_row x WHERE x.project_id = p.project_id AND x.id = p.doc_id AND x.amount = p.amount)) OR
				(doc_kind = 40 AND EXISTS (SELECT 1 FROM billing_waiver x WHERE x.project_id = p.project_id AND x.id = p.doc_id AND x.state = 'approved')) OR
				(doc_kind IN (5, 6) AND EXISTS (SELECT 1 FROM cashier_receipt x WHERE x.project_id = p.project_id AND x.id = p.doc_id)))`},
		{"receipt and wallet differ (number, should move, moved)", `SELECT number, should, moved FROM (
				SELECT r.number, CASE WHEN r.state = 'valid' THEN r.to_prepay - r.prepaid_used ELSE 0 END AS should,
					(SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM payment_entry e WHERE e.project_id = r.project_id AND e.doc_id = r.id) AS moved
				FROM cashier_receipt r WHERE r.project_id = ?
			) AS sums WHERE should <> moved`},
		{"series stands elsewhere than its last receipt (year, series, last receipt)", `SELECT s.year, s.last, COALESCE(MAX(r.seq), 0) FROM ledger_series s
			LEFT JOIN cashier_receipt r ON r.project_id = s.project_id AND r.year = s.year
			WHERE s.project_id = ? AND s.series = 'SJ' GROUP BY s.year, s.last HAVING s.last <> COALESCE(MAX(r.seq), 0)`},
		{"receipt and audit log differ (number, state, received, voided)", `SELECT number, state, received, voided FROM (
				SELECT r.number, r.state,
					(SELECT COUNT(*) FROM audit_entry e WHERE e.project_id = r.project_id AND e.subject_id = r.id AND e.action IN ('cashier.received', 'cashier.red')) AS received,
					(SELECT COUNT(*) FROM audit_entry e WHERE e.project_id = r.project_id AND e.subject_id = r.id AND e.action = 'cashier.voided') AS voided
				FROM cashier_receipt r WHERE r.project_id = ?
			) AS sums WHERE received <> 1 OR voided <> CASE WHEN state = 'void' THEN 1 ELSE 0 END`},
	}
}

// rowsOf runs a query whose every "?" is the project and gives at most ten
// rows as text.
func rowsOf(t *testing.T, d *db.DB, query string, project id.ID) []string {
	t.Helper()
	args := make([]any, strings.Count(query, "?"))
	for i := range args {
		args[i] = project
	}
	rows, err := d.Reader(t.Context()).Query(t.Context(), query+" LIMIT 10", args...)
	out, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
		columns, err := rows.Columns()
		if err != nil {
			return "", err
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := r.Scan(values...); err != nil {
			return "", err
		}
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = fmt.Sprint(*v.(*any))
		}
		return strings.Join(texts, ", "), nil
	})
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return out
}

func sumOf(t *testing.T, d *db.DB, query string, project id.ID) money.Fen {
	t.Helper()
	var sum money.Fen
	if err := d.Reader(t.Context()).QueryRow(t.Context(), query, project).Scan(&sum); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return sum
}
