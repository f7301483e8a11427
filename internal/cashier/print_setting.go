package cashier

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/cashier/paper"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ErrPrintSetting is answered for texts that do not fit the papers.
var ErrPrintSetting = fault.New(fault.Invalid, "print_setting_invalid", "票据样式填写不对，请按提示修改")

// What fits the narrowest paper without pushing the money off it.
const (
	maxHeader = 30
	maxFooter = 60
	maxPhone  = 30
)

// PrintSetting is what a project prints on its receipts besides the money:
// texts only, on every paper the same.
type PrintSetting struct {
	Header    string // who receives the money; empty for the company's name
	Footer    string // one line below, like when the office is open
	Phone     string // 服务电话
	Stamp     bool   // a place for the stamp on A4 and 241 mm
	StampRoll bool   // and on 80 mm
	Version   int    // 0 while nobody has set anything
}

func usualPrintSetting() PrintSetting { return PrintSetting{Stamp: true} }

var phoneText = regexp.MustCompile(`^[0-9 +()\-转、/]*$`)

func (ps *PrintSetting) check() error {
	for _, f := range []struct {
		text *string
		name string
		most int
	}{{&ps.Header, "header", maxHeader}, {&ps.Footer, "footer", maxFooter}, {&ps.Phone, "phone", maxPhone}} {
		*f.text = strings.Join(strings.Fields(*f.text), " ")
		if utf8.RuneCountInString(*f.text) > f.most {
			return ErrPrintSetting.At("body."+f.name, fmt.Sprintf("最多 %d 个字", f.most), *f.text)
		}
	}
	if !phoneText.MatchString(ps.Phone) {
		return ErrPrintSetting.At("body.phone", "只能有数字、空格和 + ( ) - / 、 转，如 0571-8765 4321 转 2", ps.Phone)
	}
	return nil
}

// PrintSetting reads what a project prints on its receipts.
func (s *Service) PrintSetting(ctx context.Context, q db.Q, project id.ID) (PrintSetting, error) {
	ps, err := onePrintSetting(ctx, q, project)
	if err != nil {
		return ps, fmt.Errorf("read print setting: %w", err)
	}
	return ps, nil
}

// SetPrintSetting changes it; Version must be the one that was read. Receipts
// that are printed again carry the new texts: they say who receives the money
// now, never how much. Errors: ErrPrintSetting, fault.ErrStale.
func (s *Service) SetPrintSetting(ctx context.Context, who actor.Actor, project id.ID, ps PrintSetting) (PrintSetting, error) {
	if err := ps.check(); err != nil {
		return ps, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := onePrintSetting(ctx, tx, project)
		if err != nil {
			return err
		}
		if before.Version != ps.Version {
			return fault.ErrStale
		}
		ps.Version++
		if err := putPrintSetting(ctx, tx, project, &ps); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.print_changed", Kind: "print", Subject: project,
			Summary: "修改票据样式", Before: before, After: ps})
		return nil
	})
	if err != nil {
		return ps, fmt.Errorf("set print setting: %w", err)
	}
	return ps, nil
}

// Sample is a receipt that nobody was given, on the paper as ps would have it,
// so that texts are seen before they are saved. Errors: ErrPaper, ErrPrintSetting.
func (s *Service) Sample(ctx context.Context, project id.ID, on Paper, ps PrintSetting) ([]byte, error) {
	if !on.Known() {
		return nil, ErrPaper
	}
	if err := ps.check(); err != nil {
		return nil, err
	}
	now := s.db.Clock().Now()
	day := clock.DateOf(now)
	month := clock.MonthOf(now)
	how := "89.30㎡ × 2.6 元/㎡·月"
	numbers, err := s.ledger.Prefixes(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	r := &Receipt{Number: numbers.Number(series, day.Year(), 1), Year: day.Year(), RoomLabel: "3栋2单元1502", PayerName: "张三", Amount: 49916, Tendered: 50000, Change: 84,
		CashierName: "收款人姓名", Date: day, At: now, State: StateValid,
		Lines: []Line{{Item: 1, ItemName: "物业服务费", Month: month.Add(-1), How: how, Owed: 23218, Amount: 23218},
			{Item: 1, ItemName: "物业服务费", Month: month, How: how, Owed: 23218, Amount: 23218},
			{Item: 2, ItemName: "水费", Month: month, How: "12 吨 × 2.9 元", Owed: 3480, Amount: 3480}},
		Pays: []Pay{{Method: MethodCash, Amount: money.Fen(49916)}}}
	b, err := s.renderAs(ctx, project, r, on, "样张，不作收据", &ps)
	if err != nil {
		return nil, fmt.Errorf("render sample: %w", err)
	}
	return b, nil
}

// onto writes the texts on the paper.
func (ps *PrintSetting) onto(p *paper.Receipt) {
	if p.Header = ps.Header; p.Header != "" {
		p.Company = ""
	}
	p.Footer, p.Seal, p.SealRoll = ps.Footer, ps.Stamp, ps.StampRoll
	if ps.Phone != "" {
		p.Phone = "服务电话 " + ps.Phone
	}
}
