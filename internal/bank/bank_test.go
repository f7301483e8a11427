package bank_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"linli/internal/bank"
	"linli/internal/cashier"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/page"
)

const bankSheet = `网银明细查询,,,,,
交易日期,借方发生额,贷方发生额,对方户名,对方账号,摘要,交易附言,交易流水号
2026-11-18,,"1,000.00",王某,6222000011112222,转账,3栋101 物业费,LS0001
2026/11/18,,200.00,林晓峰,6222000033334444,转账,物业费,LS0002
20261119,,300.00,某某公司,6222000055556666,转账,3-201,LS0003
2026-11-19,,0.35,,,结息,,LS0004
2026-11-19,500.00,,供电公司,6222000077778888,电费,,LS0005
2026-11-19,,80.00,王某,6222000011112222,转账,,LS0006
`

func (w *world) load(t *testing.T, name, text string) bank.Imported {
	t.Helper()
	got, err := w.bank.Import(t.Context(), w.Teller(), w.Project, name, strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (w *world) rows(t *testing.T, state bank.State) map[string]bank.Row {
	t.Helper()
	list, err := w.bank.Rows(t.Context(), w.Project, bank.Filter{Request: page.Request{Limit: 200}, State: state})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bank.Row{}
	for _, r := range list.Items {
		out[r.Reference] = r
	}
	return out
}

func TestBankStatement(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		got := w.load(t, "../\u202e明细.csv", bankSheet) // E3
		if got != (bank.Imported{Name: "明细.csv", Rows: 6, New: 5, Out: 1, Guessed: 3}) {
			t.Fatalf("%+v", got)
		}
		if again := w.load(t, "明细.csv", bankSheet); again.New != 0 || again.Known != 5 {
			t.Errorf("the same file again: %+v", again)
		}
		later := bankSheet + "2026-11-20,,80.00,王某,6222000011112222,转账,,LS0007\n2026-11-20,,66.00,,,现金,,\n2026-11-20,,66.00,,,现金,,\n"
		if more := w.load(t, "明细2.csv", later); more.New != 3 || more.Known != 5 {
			t.Errorf("a file that overlaps: %+v", more)
		}
		rows := w.rows(t, bank.StateOpen)
		for reference, want := range map[string]struct {
			room string
			why  string
		}{"LS0001": {"3栋101", "room"}, "LS0002": {"3栋101", "name"}, "LS0003": {"3栋201", "room"}, "LS0004": {}, "LS0006": {}} {
			if r := rows[reference]; r.RoomLabel != want.room || r.Why != want.why || r.Amount <= 0 || r.Date < 20261118 {
				t.Errorf("%s: %+v, want %+v", reference, r, want)
			}
		}
		w.receiveBank(t, rows)
	})
}

func (w *world) receiveBank(t *testing.T, rows map[string]bank.Row) {
	t.Helper()
	w.Now.Set(w.Now.Now().AddDate(1, 0, 0)) // the rows are not of tomorrow
	ctx, who := t.Context(), w.Teller()
	row := rows["LS0001"]
	_, err := w.bank.Receive(ctx, who, w.Project, row.ID, bank.Taking{Room: row.Room, ExpectedOwed: 1, Confirmed: true})
	mustBe(t, err, cashier.ErrOwedChanged)
	in := bank.Taking{Room: row.Room, ExpectedOwed: w.Owed(t, row.Room), Confirmed: true}
	got, err := w.bank.Receive(ctx, who, w.Project, row.ID, in)
	if err != nil || got.State != bank.StateReceived || got.ReceiptNumber == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = w.bank.Receive(ctx, who, w.Project, row.ID, in)
	mustBe(t, err, bank.ErrDone)
	_, err = w.bank.PutAside(ctx, who, w.Project, row.ID, bank.StateHeld, "查")
	mustBe(t, err, bank.ErrDone)
	r, err := w.Cashier.Receipt(ctx, w.DB.Reader(ctx), w.Project, got.Receipt)
	if err != nil || r.Amount != 1000_00 || r.Pays[0].Method != cashier.MethodTransfer || r.Pays[0].Reference != "LS0001" || r.Pays[0].On != 20261118 {
		t.Fatalf("%+v, %v", r, err)
	}
	// An account that has paid points to its room.
	text := bankSheet + "2026-11-21,,90.00,王某,6222000011112222,转账,,LS0008\n"
	if more := w.load(t, "明细3.csv", text); more.New != 1 || more.Guessed != 1 || w.rows(t, "")["LS0008"].Why != "account" {
		t.Errorf("%+v", more)
	}
	// A receipt that is made void gives the row back.
	if _, err := w.Cashier.Void(ctx, who, w.Project, got.Receipt, "记错了房间"); err != nil {
		t.Fatal(err)
	}
	if back := w.rows(t, bank.StateOpen)["LS0001"]; back.Receipt != 0 || !strings.Contains(back.Note, "已作废") {
		t.Errorf("the row of a void receipt waits: %+v", back)
	}
	in.ExpectedOwed = w.Owed(t, row.Room)
	if _, err := w.bank.Receive(ctx, who, w.Project, row.ID, in); err != nil {
		t.Errorf("after void: %v", err)
	}
	_, err = w.bank.PutAside(ctx, who, w.Project, rows["LS0004"].ID, bank.StateAside, " ")
	mustBe(t, err, bank.ErrNote)
	if aside, err := w.bank.PutAside(ctx, who, w.Project, rows["LS0004"].ID, bank.StateAside, "银行结息"); err != nil || aside.State != bank.StateAside {
		t.Errorf("%+v, %v", aside, err)
	}
	if held, err := w.bank.PutAside(ctx, who, w.Project, rows["LS0006"].ID, bank.StateHeld, "附言空白"); err != nil || len(w.rows(t, bank.StateHeld)) != 1 {
		t.Errorf("%+v, %v", held, err)
	}
}

// E3: nothing that is shown of a row hides characters or turns them round.
func TestUnseenCharacters(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		const text = "交易日期,贷方发生额,对方户名,交易附言,交易流水号\n2026-11-18,7.00,王\u202e某,物业\u200b费,LS\u20660009\n"
		for _, fresh := range []int{1, 0} {
			if got := w.load(t, "明细.csv", text); got.New != fresh {
				t.Errorf("%+v", got)
			}
		}
		if r := w.rows(t, bank.StateOpen)["LS0009"]; r.Payer != "王某" || r.Remark != "物业费" {
			t.Errorf("%+q %+q", r.Payer, r.Remark)
		}
	})
}

func TestBankStatementThatCannotBeRead(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		for name, text := range map[string]string{
			"no header": "a,b\n1,2\n",
			"no date":   strings.Replace(bankSheet, "2026/11/18", "昨天", 1),
			"no amount": strings.Replace(bankSheet, "300.00", "三百", 1),
		} {
			_, err := w.bank.Import(t.Context(), w.Teller(), w.Project, "x.csv", strings.NewReader(text), int64(len(text)))
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if rows := w.rows(t, ""); len(rows) != 0 {
			t.Errorf("a refused file left %+v", rows)
		}
		signed := "交易时间,交易金额,借贷标志,对方名称,备注\n2026-11-18 10:00:01,100.00,贷,周文博,\n2026-11-18 10:00:02,50.00,借,周文博,\n2026-11-18 10:00:03,-5.00,,周文博,\n"
		if got := w.load(t, "交易明细.csv", signed); got.New != 1 || got.Out != 2 || got.Guessed != 1 {
			t.Errorf("%+v", got)
		}
	})
}

// A row that somebody changes, deletes or slips in beside the product is named
// (promise 13).
func TestBrokenBankRows(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.load(t, "明细.csv", bankSheet)
		w.Now.Set(w.Now.Now().AddDate(1, 0, 0))
		row := w.rows(t, bank.StateOpen)["LS0001"]
		got, err := w.bank.Receive(t.Context(), w.Teller(), w.Project, row.ID, bank.Taking{Room: w.A, ExpectedOwed: w.Owed(t, w.A), Confirmed: true})
		mustBe(t, err, nil)
		w.Sound(t, w.bank.Broken)
		for _, x := range []struct{ do, undo, says string }{
			{"SET amount = amount + 1 WHERE reference = 'LS0003'", "SET amount = amount - 1 WHERE reference = 'LS0003'", "与导入时的内容不符"},
			{"SET payer = '甲' WHERE reference = 'LS0001'", "SET payer = '王某' WHERE reference = 'LS0001'", "与导入时的内容不符"},
			{"SET state = 'aside' WHERE reference = 'LS0002'", "SET state = 'open' WHERE reference = 'LS0002'", "操作日志没有这次处理"},
			{"SET state = 'open' WHERE reference = 'LS0001'", "SET state = 'received' WHERE reference = 'LS0001'", "操作日志最后一次记的是“已收款”" + got.ReceiptNumber},
			{"SET receipt_id = 5 WHERE reference = 'LS0001'", "SET receipt_id = " + got.Receipt.String() + " WHERE reference = 'LS0001'", "不存在"},
			{"SET import_id = 0 WHERE reference = 'LS0004'", "SET import_id = (SELECT MAX(import_id) FROM cashier_bank_row) WHERE reference = 'LS0004'", "不属于任何一次导入"},
			{"SET project_id = project_id + 1 WHERE reference = 'LS0006'", "SET project_id = project_id - 1 WHERE reference = 'LS0006'", "新增 5 笔，现在有 4 笔"},
		} {
			w.byHand(t, x.do)
			named, err := w.bank.Broken(t.Context(), w.Project)
			if err != nil || !strings.Contains(strings.Join(named, "\n"), x.says) {
				t.Errorf("%s: %v, %v", x.do, named, err)
			}
			w.byHand(t, x.undo)
		}
		w.Sound(t, w.bank.Broken)
	})
}

// byHand does what the product never would.
func (w *world) byHand(t *testing.T, what string) {
	t.Helper()
	if err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(t.Context(), "UPDATE cashier_bank_row "+what)
		if err == nil && n != 1 {
			t.Errorf("%s: %d rows", what, n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestBankRowsFiltered(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.load(t, "明细.csv", bankSheet)
		all, err := w.bank.Rows(t.Context(), w.Project, bank.Filter{Request: page.Request{Limit: 50}})
		if err != nil || len(all.Items) < 2 {
			t.Fatalf("%d rows, %v", len(all.Items), err)
		}
		if got, err := w.bank.Rows(t.Context(), w.Project, bank.Filter{Request: page.Request{Limit: 50}, Row: all.Items[1].ID}); err != nil || len(got.Items) != 1 || got.Items[0].ID != all.Items[1].ID {
			t.Errorf("the one row: %+v, %v", got.Items, err)
		}
		// The sum is that of the filter, however few rows a page has.
		for _, f := range []bank.Filter{{}, {Text: "王某"}, {From: 20261119}, {State: bank.StateHeld}} {
			f.Request = page.Request{Limit: 50}
			list, err := w.bank.Rows(t.Context(), w.Project, f)
			want := page.Total{Count: int64(len(list.Items))}
			for _, r := range list.Items {
				want.Amount += r.Amount
			}
			f.Request = page.Request{Limit: 1}
			if got, sumErr := w.bank.Total(t.Context(), w.Project, f); err != nil || sumErr != nil || got != want || f.Text != "" && want.Count != 2 {
				t.Errorf("%+v: total %+v, want %+v, %v %v", f, got, want, err, sumErr)
			}
		}
		for want, f := range map[string]bank.Filter{
			"LS0001,LS0006": {Text: "王某"}, "LS0002": {Text: "ls0002"}, "LS0001,LS0002": {Until: 20261118},
			"LS0003": {From: 20261119, Text: "3栋201"}, "": {From: 20261120},
		} {
			f.Limit = 50
			list, err := w.bank.Rows(t.Context(), w.Project, f)
			var got []string
			for _, r := range list.Items {
				got = append(got, r.Reference)
			}
			slices.Sort(got)
			if err != nil || strings.Join(got, ",") != want {
				t.Errorf("%+v: %v, %v", f, got, err)
			}
		}
	})
}
