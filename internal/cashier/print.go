package cashier

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

//go:embed print/*
var printFiles embed.FS

// Paper is a size receipts are printed on.
type Paper string

// The papers.
const (
	Paper80  Paper = "80"  // 80 mm roll
	PaperA4  Paper = "a4"  // two copies on one sheet
	Paper241 Paper = "241" // 241 × 93.1 mm in three parts, for dot matrix printers
)

// ErrPaper is answered for a paper that is not known.
var ErrPaper = fault.New(fault.Invalid, "paper_unknown", "纸张只有 80（80 毫米）、a4 和 241（三联）三种")

// halfRows is how many rows a receipt of half an A4 sheet holds.
const halfRows = 5

// partRows is how many rows a sheet of 241 mm paper holds.
const partRows = 5

type papers struct {
	roll, sheet, parts *template.Template
	style              template.CSS
}

func parsePapers() papers {
	read := func(name string) string {
		b, err := printFiles.ReadFile("print/" + name)
		if err != nil {
			panic(err) // embedded above
		}
		return string(b)
	}
	return papers{
		roll:  template.Must(template.New("80").Parse(read("80.html"))),
		sheet: template.Must(template.New("a4").Parse(read("a4.html"))),
		parts: template.Must(template.New("241").Parse(read("241.html"))),
		style: template.CSS(read("style.css")),
	}
}

// paper is what a template sees: texts only.
type paper struct {
	Style                                          template.CSS
	Company, Project, Number, Room, Payer, Time    string
	Total, Upper, Prepaid, Owed, Cashier, Tendered string
	Change, Again, Void, Stamp                     string
	Rows                                           []paperRow
	Pays                                           []paperPay
	Copies                                         []string
	Half                                           bool
	Length                                         int // mm
	Sheets                                         []paperSheet
	Header, Footer, Phone                          string
	Seal, SealRoll                                 bool
}

// paperSheet is one form of the 241 mm paper; the total stands on the last.
type paperSheet struct {
	Rows []paperRow
	Page string // 第 1/2 页, empty when there is one
	Last bool
}

type paperRow struct {
	No                        int
	Item, Months, How, Amount string
}

type paperPay struct{ Name, Amount, Proof string }

// Printed is a receipt on its way to a printer.
type Printed struct {
	HTML   []byte
	Prints int // how often it was printed, this time included
}

// Print is the receipt as an HTML page for the paper. It counts: the second
// and every later printing says so on the paper and in the audit log. A print
// that did not come out of the printer needs no new receipt: it is printed again.
// Errors: ErrPaper, fault.ErrNotFound.
func (s *Service) Print(ctx context.Context, who actor.Actor, project, receipt id.ID, on Paper) (Printed, error) {
	if !on.known() {
		return Printed{}, ErrPaper
	}
	var r Receipt
	var now time.Time
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := countPrint(ctx, tx, project, receipt)
		if err != nil {
			return err
		}
		if r, err = oneReceipt(ctx, tx, project, receipt); err != nil {
			return err
		}
		if now = tx.Now(); n > 1 {
			s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.reprinted", Kind: "receipt", Subject: r.ID,
				Summary: fmt.Sprintf("补打收据 %s（第 %d 次打印）", r.Number, n), After: map[string]any{"number": r.Number, "prints": n}})
		}
		return nil
	})
	if err != nil {
		return Printed{}, fmt.Errorf("print receipt: %w", err)
	}
	again := ""
	if r.Prints > 1 {
		again = fmt.Sprintf("补打 第 %d 次 %s", r.Prints-1, minute(now))
	}
	b, err := s.render(ctx, project, &r, on, again)
	if err != nil {
		return Printed{}, fmt.Errorf("print receipt: %w", err)
	}
	return Printed{HTML: b, Prints: r.Prints}, nil
}

// View is the receipt on its paper for reading: it does not count and says
// that it is no receipt. Errors: ErrPaper, fault.ErrNotFound.
func (s *Service) View(ctx context.Context, project, receipt id.ID, on Paper) ([]byte, error) {
	if !on.known() {
		return nil, ErrPaper
	}
	r, err := oneReceipt(ctx, s.db.Reader(ctx), project, receipt)
	if err != nil {
		return nil, err
	}
	b, err := s.render(ctx, project, &r, on, "仅供查看，不作收据")
	if err != nil {
		return nil, fmt.Errorf("view receipt: %w", err)
	}
	return b, nil
}

func (p Paper) known() bool { return p == Paper80 || p == PaperA4 || p == Paper241 }

// render fills the template of the paper; mark says what kind of copy it is.
func (s *Service) render(ctx context.Context, project id.ID, r *Receipt, on Paper, mark string) ([]byte, error) {
	ps, err := onePrintSetting(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	return s.renderAs(ctx, project, r, on, mark, &ps)
}

// renderAs renders with texts that may not be saved yet.
func (s *Service) renderAs(ctx context.Context, project id.ID, r *Receipt, on Paper, mark string, ps *PrintSetting) ([]byte, error) {
	p, err := s.paper(ctx, project, r)
	if err != nil {
		return nil, err
	}
	ps.onto(p)
	p.Again = mark
	p.Length = p.length()
	tpl := map[Paper]*template.Template{Paper80: s.papers.roll, PaperA4: s.papers.sheet, Paper241: s.papers.parts}[on]
	var out bytes.Buffer
	if err := tpl.Execute(&out, p); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// sheets cuts rows into forms of the 241 mm paper.
func sheets(rows []paperRow) []paperSheet {
	var out []paperSheet
	for part := range slices.Chunk(rows, partRows) {
		out = append(out, paperSheet{Rows: part})
	}
	for i := range out {
		if out[i].Last = i == len(out)-1; len(out) > 1 {
			out[i].Page = fmt.Sprintf("第 %d/%d 页", i+1, len(out))
		}
	}
	return out
}

func (s *Service) paper(ctx context.Context, project id.ID, r *Receipt) (*paper, error) {
	pr, err := s.estate.Project(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	p := &paper{
		Style: s.papers.style, Project: pr.Name, Number: r.Number, Room: r.RoomLabel, Payer: r.PayerName, Time: minute(r.At),
		Total: r.Amount.Comma(), Upper: money.Upper(r.Amount), Prepaid: r.PrepaidAfter.Comma(), Owed: r.OwedAfter.Comma(),
		Cashier: r.CashierName, Rows: paperRows(r), Copies: []string{"第一联　交款人留存", "第二联　收款单位记账"},
	}
	if s.company != nil {
		if p.Company, err = s.company(ctx); err != nil {
			return nil, err
		}
	}
	for _, pay := range r.Pays {
		p.Pays = append(p.Pays, paperPay{pay.Method.Name(), pay.Amount.Comma(), pay.Proof()})
	}
	if r.Tendered > 0 {
		p.Tendered, p.Change = r.Tendered.Comma(), r.Change.Comma()
	}
	if r.ReversedBy != 0 {
		p.Stamp, p.Void = "已红冲", "已由红字收据 "+r.ReversedNumber+" 冲销"
	}
	if r.Red() {
		p.Stamp, p.Void = "红字", "退款"
		if r.RedOfNumber != "" {
			p.Void = "冲收据 " + r.RedOfNumber
		}
		f, err := oneRefund(ctx, s.db.Reader(ctx), project, r.Refund)
		if err != nil {
			return nil, err
		}
		p.Void += fmt.Sprintf("：%s（%s申请，%s批准）", f.Reason, f.Asker, f.Decider)
	}
	if r.State == StateVoid {
		p.Stamp = "作废"
		p.Void = fmt.Sprintf("已由%s作废（%s）：%s", r.VoidName, minute(r.VoidAt), r.VoidReason)
	}
	p.Half = len(p.Rows) <= halfRows && len(p.Pays) <= 3
	p.Sheets = sheets(p.Rows)
	return p, nil
}

func minute(t time.Time) string { return t.In(clock.Shanghai()).Format("2006-01-02 15:04") }

// run is a row of the paper in the making: months that follow each other and
// cost the same stand in one row.
type run struct {
	line        Line
	first, last clock.Month
	n           int
}

func paperRows(r *Receipt) []paperRow {
	var runs []*run
	type key struct {
		room, item id.ID
		how        string
		amount     money.Fen
	}
	open := map[key]*run{}
	for _, l := range r.Lines {
		k := key{l.Room, l.Item, l.How, l.Amount}
		whole := l.Owed == l.Amount
		if g := open[k]; g != nil && whole && l.Month == g.last.Add(1) {
			g.last = l.Month
			g.n++
			continue
		}
		g := &run{line: l, first: l.Month, last: l.Month, n: 1}
		runs = append(runs, g)
		delete(open, k)
		if whole {
			open[k] = g
		}
	}
	// One fee stands together: in the order in which rooms and fees first appear.
	place := map[[2]id.ID]int{}
	for _, g := range runs {
		k := [2]id.ID{g.line.Room, g.line.Item}
		if _, ok := place[k]; !ok {
			place[k] = len(place)
		}
	}
	slices.SortStableFunc(runs, func(a, b *run) int {
		return cmp.Compare(place[[2]id.ID{a.line.Room, a.line.Item}], place[[2]id.ID{b.line.Room, b.line.Item}])
	})
	rows := make([]paperRow, 0, len(runs)+1)
	for _, g := range runs {
		rows = append(rows, g.row(len(rows)+1, r.Room))
	}
	if r.ToPrepay > 0 {
		rows = append(rows, paperRow{No: len(rows) + 1, Item: "存入预存", How: r.prepayUse(), Amount: r.ToPrepay.Comma()})
	}
	if r.ToPrepay < 0 {
		rows = append(rows, paperRow{No: len(rows) + 1, Item: "退预存", Amount: r.ToPrepay.Comma()})
	}
	if r.Deposit > 0 {
		rows = append(rows, paperRow{No: len(rows) + 1, Item: r.DepositName, How: "凭本收据退还", Amount: r.Deposit.Comma()})
	}
	if r.Deposit < 0 {
		rows = append(rows, paperRow{No: len(rows) + 1, Item: "退" + r.DepositName, Amount: r.Deposit.Comma()})
	}
	return rows
}

func (g *run) row(no int, room id.ID) paperRow {
	l := g.line
	out := paperRow{No: no, Item: l.ItemName, Months: g.first.String(), How: l.How, Amount: (l.Amount * money.Fen(g.n)).Comma()}
	if g.n > 1 {
		out.Months += " 至 " + g.last.String()
		if months := strconv.Itoa(g.n) + " 个月"; strings.HasSuffix(l.How, "元/月") && !strings.Contains(l.How, "×") {
			out.How = l.How + " × " + months
		} else {
			out.How = join(l.How, "每月 "+l.Amount.Comma()+"，"+months)
		}
	}
	if l.Amount < l.Owed {
		out.How = join(out.How, "部分缴纳，尚欠 "+(l.Owed-l.Amount).Comma())
	}
	if l.Room != room {
		out.How = join(l.RoomLabel, out.How)
	}
	return out
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "，" + b
}

// length is the measured length of the roll in mm, so that the cutter cuts
// below the last line. Computed in hundredths of a millimetre.
func (p *paper) length() int {
	const (
		line    = 487 // 9.5 pt × 1.45
		small   = 435 // 8.5 pt × 1.45
		perLine = 46  // half-width characters of 8.5 pt in 72 mm
		perBold = 42  // and of 9.5 pt
	)
	lines, smalls := 7+len(p.Pays)+textLines(p.Upper, perBold), 1
	sum := 1000 + line + 650 + 4*450 + 800 + 600 // margins, head, rules, total
	for _, r := range p.Rows {
		lines++
		if r.Months != "" || r.How != "" {
			smalls += textLines(r.Months+r.How, perLine-6)
		}
		sum += 120
	}
	if p.Tendered != "" {
		lines += 2
	}
	for _, pay := range p.Pays {
		if pay.Proof != "" {
			smalls += textLines(pay.Proof, perLine)
		}
	}
	if p.Company != "" {
		smalls++
	}
	for _, own := range []string{p.Footer, p.Phone} {
		if own != "" {
			smalls += textLines(own, perLine)
		}
	}
	if p.Header != "" {
		lines += textLines(p.Header, perBold)
	}
	if p.SealRoll {
		sum += 2 * line
	}
	if p.Again != "" {
		sum += line + 400
	}
	if p.Void != "" {
		smalls += textLines(p.Void, perLine) + 1
	}
	return (sum+lines*line+smalls*small)/100 + 2
}

// textLines is how many lines of width half-width characters a text takes.
func textLines(text string, width int) int {
	n := 0
	for _, c := range text {
		if n++; c > 0x2e80 {
			n++
		}
	}
	return max(1, (n+width-1)/width)
}
