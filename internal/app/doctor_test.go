package app_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
)

// patient is an installation with a bit of everything, to be damaged by hand.
type patient struct {
	*matrixWorld
	config  app.Config
	project id.ID
	ids     map[string]id.ID
}

// patients runs f once per engine, each time with a patient of its own.
func patients(t *testing.T, f func(t *testing.T, p *patient)) {
	t.Helper()
	onEachEngine(t, func(t *testing.T, engine db.Engine) { f(t, admit(t, engine)) })
}

// admit makes a patient that is open like the installation of a server, by a
// configuration that others may change.
func admit(t *testing.T, engine db.Engine, change ...func(*app.Config)) *patient {
	t.Helper()
	at, made := dbtest.Furnished(t, engine, app.Migrations(), "patient", func(at dbtest.Place) twin {
		p := newPatient(build(t, at, app.Config{Clock: early(), Wechat: nobody}), twin{})
		p.furnish(t)
		if said := p.findings(t, app.Checks{}); said != "" {
			t.Fatalf("sound books, and the doctor says\n%s", said)
		}
		p.app.Close()
		return p.a
	})
	c := backupConfig(at.Dir)
	c.DSN = at.DSN
	for _, f := range change {
		f(&c)
	}
	a, err := app.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	p := newPatient(a, made.clone())
	p.config = c
	return p
}

func newPatient(a *app.App, of twin) *patient {
	return &patient{matrixWorld: &matrixWorld{app: a, a: of, b: of, tokens: map[string]string{}}, project: of.ids["project"], ids: of.ids}
}

func (p *patient) furnish(t *testing.T) {
	t.Helper()
	tw := p.twin(t, "云栖")
	p.project, p.ids = tw.ids["project"], tw.ids
	p.a, p.b = tw, tw
	p.account(t, "cashier", tw, "cashier")
	seat, err := p.app.Cashier.Seat(t.Context(), p.project, p.ids["room"])
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.app.Cashier.Receive(t.Context(), actor.System("测试"), p.project, cashier.Taking{Room: p.ids["room"], ExpectedOwed: seat.Owed,
		Confirmed: true, Pays: []cashier.Pay{{Method: cashier.MethodTransfer, Amount: seat.Owed + 50_00, Reference: "回单"}}})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["second"] = r.ID
}

func (p *patient) findings(t *testing.T, c app.Checks) string {
	t.Helper()
	found, err := p.app.Doctor(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

func (p *patient) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	err := p.app.DB.Write(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(t.Context(), query, args...)
		if err == nil && n == 0 && !strings.HasPrefix(query, "DROP") {
			t.Fatalf("nothing was damaged by %s", query)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
}

// keepTaking takes one receipt after the other until stop.
func (p *patient) keepTaking(t *testing.T) (stop func()) {
	t.Helper()
	end, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-end:
				done <- nil
				return
			default:
			}
			_, err := p.app.Cashier.Receive(t.Context(), actor.System("测试"), p.project, cashier.Taking{Room: p.ids["room"],
				Confirmed: true, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 1_00}}})
			if err != nil {
				done <- err
				return
			}
		}
	}()
	return func() {
		close(end)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

type corruption struct {
	name string
	do   func(t *testing.T, p *patient)
	want []string // all must be said
}

const copiedCharge = `run_id, part, item_id, source_kind, source_id, subject_id, payer_id, month, segment, revision, live, hold, rate_id, quantity,
	price, factor, amount, due_date, detail`

// corruptions are the ten faults of promise 13, and some more. Documents that a
// patient has not are damaged where they are made: damaged.
func corruptions() []corruption {
	sql := func(query string, names ...string) func(t *testing.T, p *patient) {
		return func(t *testing.T, p *patient) {
			args := []any{p.project}
			for _, n := range names {
				args = append(args, p.ids[n])
			}
			p.exec(t, query, args...)
		}
	}
	return []corruption{
		{"amount of a posting turned round", sql("UPDATE ledger_posting SET amount = -amount WHERE project_id = ? AND doc_id = ?", "receipt"),
			[]string{"[ledger]", "单据 5/{receipt}", "金额 -100.00", "[cashier]", "收据 SJ2026-000001（{receipt}）金额 100.00 元，账上记了 -100.00 元"}},
		{"posting gone", sql("DELETE FROM ledger_posting WHERE project_id = ? AND doc_kind = 1"),
			[]string{"[billing]", "房间 {room} 费用项目 {item}：应收 209.86 元，账上的应收账款是 0.00 元", "账上的收入是 0.00 元"}},
		{"posting put in", sql(`INSERT INTO ledger_posting (project_id, id, doc_kind, doc_id, date, debit, credit, amount, subject_id, item_id, at)
			VALUES (?, 77, 5, 4711, 20261121, 1001, 1122, 100, 0, 0, 0)`),
			[]string{"收据 4711 不存在，账上却有它的记录", "科目 1001 库存现金"}},
		{"receipt gone", func(t *testing.T, p *patient) {
			for _, q := range []string{"cashier_line WHERE project_id = ? AND receipt_id", "cashier_pay WHERE project_id = ? AND receipt_id", "cashier_receipt WHERE project_id = ? AND id"} {
				sql("DELETE FROM "+q+" = ?", "receipt")(t, p)
			}
		}, []string{"[cashier]", "收据号 SJ2026-000001 缺失", "收据 {receipt} 不存在，账上却有它的记录", "应收 {charge}（房间 {room}）记的已收"}},
		{"last receipt gone", func(t *testing.T, p *patient) {
			for _, q := range []string{"cashier_line WHERE project_id = ? AND receipt_id", "cashier_pay WHERE project_id = ? AND receipt_id", "cashier_receipt WHERE project_id = ? AND id"} {
				sql("DELETE FROM "+q+" = ?", "second")(t, p)
			}
		}, []string{"收据号已发到 SJ2026-000004，最后一张收据却是第 3 号", "收据 {second} 不存在"}},
		{"receipt renumbered", sql("UPDATE cashier_receipt SET number = 'SJ2026-000009', seq = 9 WHERE project_id = ? AND id = ?", "second"),
			[]string{"收据号 SJ2026-000004 到 SJ2026-000008 缺失"}},
		{"number of a receipt overwritten", sql("UPDATE cashier_receipt SET number = 'SJ2026-000005' WHERE project_id = ? AND id = ?", "second"),
			[]string{"收据 SJ2026-000005（{second}）的号码与第 4 号不符"}},
		{"paid raised", sql("UPDATE billing_charge SET paid = 1 WHERE project_id = ? AND run_id = ?", "run"),
			[]string{"[cashier]", "记的已收是 0.01 元，有效收据合计 0.00 元", "[billing]", "应收上的已收是 209.87 元，账上冲减的应收账款是 209.86 元"}},
		{"live charge doubled", func(t *testing.T, p *patient) {
			p.exec(t, "DROP INDEX billing_charge_once")
			sql("INSERT INTO billing_charge (project_id, id, "+copiedCharge+") SELECT project_id, id + 1, "+copiedCharge+
				" FROM billing_charge WHERE project_id = ? AND id = ?", "charge")(t, p)
		}, []string{"重复收费：房间 {room} 费用项目 {item} 2026-11 有 2 条应收（{charge} …"}},
		{"amount of a charge changed", sql("UPDATE billing_charge SET amount = amount + 1 WHERE project_id = ? AND id = ?", "charge"),
			[]string{"应收 {charge}（云栖费 2026-11，房间 {room}）金额 209.87 元，按当时的单价重算是 209.86 元", "账上的应收账款是 209.86 元"}},
		{"sum of a day changed", sql("UPDATE billing_due_day SET paid = paid + 100 WHERE project_id = ? AND item_id = ? AND month = 202611", "item"),
			[]string{"[billing]", "费用项目 {item} 2026-11（应缴日 ", "）按天合计应收 209.86 元、减免 0.00 元、已收 210.86 元，各条应收合计 209.86 元、0.00 元、209.86 元"}},
		{"audit entry edited", sql("UPDATE audit_entry SET summary = '收款 1.00 元' WHERE project_id = ? AND subject_id = ?", "receipt"),
			[]string{"[audit]", "操作日志第 ", "被改动、删除或手工插入"}},
		{"audit entry gone", sql("DELETE FROM audit_entry WHERE project_id = ? AND subject_id = ?", "receipt"),
			[]string{"[audit]", "操作日志第 ", "被改动、删除或手工插入", "收据 SJ2026-000001（{receipt}）与操作日志里的收款、作废记录对不上"}},
		{"invoiced more than received, issued without a number", func(t *testing.T, p *patient) {
			sql("UPDATE invoice_doc SET state = 'issued' WHERE project_id = ? AND id = ?", "invoice")(t, p)
			sql("UPDATE invoice_cover SET amount = amount + 1 WHERE project_id = ? AND invoice_id = ?", "invoice")(t, p)
		}, []string{"[invoice]", "编号 {invoice}）的号码不对", "收据 SJ2026-000001 留下的钱 100.00 元，发票上却有 100.01 元", "与所开的收据不一致，相差 -0.01 元"}},
		{"balance of a wallet changed", sql("UPDATE payment_wallet SET balance = balance + 100 WHERE project_id = ?"),
			[]string{"[payment]", "预存账户 ", "余额 51.00，明细合计 50.00"}},
		{"payer of a charge changed", sql("UPDATE billing_charge SET payer_id = payer_id + 1 WHERE project_id = ? AND id = ?", "charge"),
			[]string{"[billing]", "应收 {charge} 的缴费人与出账时不同（批次 "}},
		{"payer of a charge changed, the only one of its room", func(t *testing.T, p *patient) {
			sql("UPDATE billing_charge SET payer_id = 4711 WHERE project_id = ?")(t, p)
		}, []string{"[billing]", "第 1 部分有应收的缴费人与出账时不同"}},
		{"payer of a receipt changed", sql("UPDATE cashier_receipt SET payer_name = '别人' WHERE project_id = ? AND id = ?", "receipt"),
			[]string{"[cashier]", "收据 SJ2026-000001（{receipt}）的房间、付款人、实收现金或找零与操作日志不符：现在是 ", "、别人、"}},
		{"person of a receipt changed", sql("UPDATE cashier_receipt SET payer_id = payer_id + 1 WHERE project_id = ? AND id = ?", "receipt"),
			[]string{"收据 SJ2026-000001（{receipt}）的房间、付款人、实收现金或找零与操作日志不符"}},
		{"room of a receipt changed", sql("UPDATE cashier_receipt SET room_id = room_id + 1 WHERE project_id = ? AND id = ?", "receipt"),
			[]string{"收据 SJ2026-000001（{receipt}）的房间、付款人、实收现金或找零与操作日志不符"}},
		{"label of a receipt changed", sql("UPDATE cashier_receipt SET room_label = '9栋901' WHERE project_id = ? AND id = ?", "receipt"),
			[]string{"收据 SJ2026-000001（{receipt}）的房间、付款人、实收现金或找零与操作日志不符：现在是 9栋901、"}},
		{"change of a receipt changed", sql("UPDATE cashier_receipt SET change = change + 100 WHERE project_id = ? AND id = ?", "receipt"),
			[]string{"收据 SJ2026-000001（{receipt}）的房间、付款人、实收现金或找零与操作日志不符", " 元、1.00 元"}},
		{"cash of a receipt changed", sql("UPDATE cashier_receipt SET tendered = tendered + 100 WHERE project_id = ? AND id = ?", "receipt"),
			[]string{"收据 SJ2026-000001（{receipt}）的房间、付款人、实收现金或找零与操作日志不符"}},
		{"refund that is asked changed", sql("UPDATE cashier_refund SET amount = amount + 1 WHERE project_id = ? AND id = ?", "refund"),
			[]string{"[cashier]", "退款申请 {refund} 与操作日志不符：amount 现在是 1001，日志里是 1000"}},
		{"refund approved by hand", sql("UPDATE cashier_refund SET state = 'approved' WHERE project_id = ? AND id = ?", "refund"),
			[]string{`退款申请 {refund} 与操作日志不符：state 现在是 "approved"，日志里是 "asked"`}},
		{"refund put in", sql(`INSERT INTO cashier_refund (project_id, id, kind, receipt_id, receipt_number, deposit_id, room_id, room_label, payer_id, payer_name, amount, method, account, reason,
			state, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, note, paid_by, paid_name, paid_at, red_id, red_number, version)
			SELECT project_id, 4711, kind, receipt_id, receipt_number, deposit_id, room_id, room_label, payer_id, payer_name, amount, method, account, reason,
			state, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, note, paid_by, paid_name, paid_at, red_id, red_number, version
			FROM cashier_refund WHERE project_id = ? AND id = ?`, "refund"),
			[]string{"退款申请 4711 在操作日志里没有记录"}},
		{"deposit settlement changed", sql("UPDATE deposit_settle SET settle = settle + 1 WHERE project_id = ? AND id = ?", "settlement"),
			[]string{"[deposit]", "押金退还单 （{settlement}）抵欠费 0.02 元，明细合计 0.01 元", "押金退还单 {settlement} 与操作日志不符：settle 现在是 2，日志里是 1"}},
		{"rest of a deposit settlement changed", sql("UPDATE deposit_settle SET rest = rest + 1 WHERE project_id = ? AND id = ?", "settlement"),
			[]string{"押金退还单 {settlement} 与操作日志不符：rest 现在是 1，日志里是 0"}},
		{"line of a deposit settlement changed", sql("UPDATE deposit_settle_line SET amount = amount + 1 WHERE project_id = ? AND settle_id = ?", "settlement"),
			[]string{"押金退还单 （{settlement}）抵欠费 0.01 元，明细合计 0.02 元"}},
		{"expense that waits changed", sql("UPDATE expense_doc SET amount = amount + 1 WHERE project_id = ? AND id = ?", "expense"),
			[]string{"[expense]", "支出单 {expense} 与操作日志不符：amount 现在是 101，日志里是 100"}},
		{"day of an expense changed", sql("UPDATE expense_doc SET date = date - 1 WHERE project_id = ? AND id = ?", "expense"),
			[]string{"支出单 {expense} 与操作日志不符：date 现在是 "}},
		{"series of receipts gone", sql("DELETE FROM ledger_series WHERE project_id = ? AND series = 'SJ'"), []string{"[cashier]", "2026 年有收据到第 4 号，号码序列却没有这一年"}},
		{"series of shifts gone", sql("DELETE FROM ledger_series WHERE project_id = ? AND series = 'RJ'"), []string{"[shift]", "2026 年交班单号已发到 RJ2026-000000，交班单却有 1 张"}},
		{"series of letters gone", sql("DELETE FROM ledger_series WHERE project_id = ? AND series = 'CJ'"), []string{"[dunning]", "2026 年催缴单号已发到 CJ2026-000000，催缴单却有 1 张"}},
		{"series of letters ahead", sql("UPDATE ledger_series SET last = last + 1 WHERE project_id = ? AND series = 'CJ'"), []string{"2026 年催缴单号已发到 CJ2026-000002，催缴单却有 1 张"}},
		{"grant edited", func(t *testing.T, p *patient) {
			p.exec(t, "UPDATE identity_grant SET role = 'admin', project_id = 0 WHERE account_id = ?", p.ids["account"])
		}, []string{"[identity]", "账号 m_cashier（{account}）的角色与操作日志不符", `"role":"admin"`}},
		{"grant put in", func(t *testing.T, p *patient) {
			p.exec(t, "INSERT INTO identity_grant (account_id, project_id, role) VALUES (?, 0, 'admin')", p.ids["account"])
		}, []string{"账号 m_cashier（{account}）的角色与操作日志不符"}},
		{"payer of a room changed", sql("UPDATE estate_room SET payer_id = 0 WHERE project_id = ? AND id = ?", "room"),
			[]string{"[estate]", "（{room}）记的缴费人是 0、1 人，按住户登记应为 {person}、1 人"}},
		{"file lost", func(t *testing.T, p *patient) {
			for _, f := range p.contents(t) {
				if err := os.Remove(f); err != nil {
					t.Fatal(err)
				}
			}
		}, []string{"[file]", "文件 ", "云栖.csv", "的内容找不到了"}},
		{"file changed", func(t *testing.T, p *patient) {
			for _, f := range p.contents(t) {
				if err := os.WriteFile(f, []byte("别的"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}, []string{"[file]", "云栖.csv", "的内容不是当初上传的"}},
	}
}

func (p *patient) contents(t *testing.T) (out []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(p.config.Dir, "files"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("files %v: %v", out, err)
	}
	return out
}

// Promise 13: one row edited, deleted or put in by hand is named.
func TestDoctorNamesWhatIsBroken(t *testing.T) {
	for _, c := range corruptions() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			patients(t, func(t *testing.T, p *patient) { // whose books were sound
				c.do(t, p)
				said := p.findings(t, app.Checks{})
				for _, want := range c.want {
					for name, v := range p.ids {
						want = strings.ReplaceAll(want, "{"+name+"}", v.String())
					}
					if !strings.Contains(said, want) {
						t.Errorf("not said: %s\nsaid:\n%s", want, said)
					}
				}
			})
		})
	}
}

// The doctor reads one state while others write: a receipt taken meanwhile is
// not half seen.
func TestDoctorBesideWriters(t *testing.T) {
	t.Parallel()
	patients(t, func(t *testing.T, p *patient) {
		stop := p.keepTaking(t)
		for range 10 {
			if said := p.findings(t, app.Checks{}); said != "" {
				t.Errorf("sound books, and the doctor says\n%s", said)
			}
		}
		stop()
	})
}
