package latefee

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// What callers are refused for.
var (
	ErrTerms = fault.New(fault.Invalid, "late_terms_invalid", "违约金约定填写不完整，请按提示修改")
	ErrLPR   = fault.New(fault.Invalid, "lpr_invalid", "LPR 填写不完整，请按提示修改")
)

// maxDaily is one percent a day; more is a typing mistake.
const maxDaily = penalty.Whole / 100

// Terms are what the contract says of charges of an item that fall due on
// From or later. They are never changed: later ones follow them, and those
// entered later for the same day take their place. A rate of zero ends them.
type Terms struct {
	ID   id.ID
	Item id.ID
	From clock.Date
	penalty.Terms
	Source    string // clause of the contract, printed on every demand
	CreatedBy string
}

func (t *Terms) check() error {
	t.Source = strings.TrimSpace(t.Source)
	if t.From == 0 {
		return ErrTerms.At("body.from_date", "要填写从哪天到期的费用起", "")
	}
	if t.Daily < 0 || t.Daily > maxDaily {
		return ErrTerms.At("body.daily", "要在每天 0–1% 之间", nil)
	}
	if t.GraceDays < 0 || t.GraceDays > 365 {
		return ErrTerms.At("body.grace_days", "要在 0–365 天之间", t.GraceDays)
	}
	if t.Grace != penalty.FromDue && t.Grace != penalty.Excluded {
		return ErrTerms.At("body.grace", "不在可选范围内", string(t.Grace))
	}
	if t.Cap != penalty.NoCap && t.Cap != penalty.Principal && t.Cap != penalty.LPR4 {
		return ErrTerms.At("body.cap", "不在可选范围内", string(t.Cap))
	}
	if n := utf8.RuneCountInString(t.Source); n < 2 || n > 200 {
		return ErrTerms.At("body.source", "请写明合同哪一条约定的，2–200 个字", t.Source)
	}
	return nil
}

// AddTerms sets what being late costs for an item. Errors: ErrTerms,
// ErrItemRetired, fault.ErrNotFound.
func (s *Service) AddTerms(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, t Terms) (Terms, error) {
	if err := t.check(); err != nil {
		return t, err
	}
	i, err := s.tariff.LockItem(ctx, tx, project, t.Item)
	if err != nil {
		return t, err
	}
	if !i.Active {
		return t, tariff.ErrItemRetired
	}
	if i.Basis == tariff.Costs {
		return t, ErrTerms.Say("实现债权的费用不计违约金").At("body.daily", "这项费用不计违约金", nil)
	}
	if err := s.tariff.EnsureLateItem(ctx, tx, project); err != nil {
		return t, err
	}
	t.ID, t.CreatedBy = tx.NewID(), who.Name
	if err := insertTerms(ctx, tx, project, &t); err != nil {
		return t, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.late_terms_added", Kind: "item", Subject: i.ID,
		Summary: fmt.Sprintf("%s：%s 起到期的费用，逾期每天按 %s 计违约金，%s", i.Name, t.From, t.Daily.Percent(), t.Cap.Name()), After: t})
	return t, nil
}

// Terms lists the terms of an item by the day they begin; item 0 means all.
func (s *Service) Terms(ctx context.Context, q db.Q, project, item id.ID) ([]Terms, error) {
	return termsOf(ctx, q, project, item)
}

// termsOn are the terms that hold for an item's charge due on a day, or nil.
func termsOn(terms []Terms, item id.ID, due clock.Date) *Terms {
	var found *Terms
	for i := range terms {
		if t := &terms[i]; t.Item == item && t.From <= due {
			found = t
		}
	}
	if found == nil || found.Daily == 0 {
		return nil
	}
	return found
}

// AboveLPR says how the rate stands to four times the prime rate of the day
// the terms begin: what a court would likely cut back (合同编通则解释 65,
// 民间借贷规定 25). Empty when it is not above.
func (t *Terms) AboveLPR(rates []penalty.LPR) string {
	var r penalty.LPR
	for _, x := range rates {
		if x.From <= t.From {
			r = x
		}
	}
	yearly, err := money.MulDiv(int64(t.Daily)*365, 1, 10_000, money.HalfUp) // in 10⁻⁴
	if err != nil || r.From == 0 || yearly <= 4*r.Rate {
		return ""
	}
	return fmt.Sprintf("按全年算 %d.%02d%%，高于一年期 LPR（%s 起 %d.%02d%%）的四倍 %d.%02d%%，法院可能调低", yearly/100, yearly%100,
		r.From, r.Rate/100, r.Rate%100, 4*r.Rate/100, 4*r.Rate%100)
}

// LPRs are the loan prime rates a project computes with, oldest first: the
// published ones and those it has added; its own win for the same day.
func (s *Service) LPRs(ctx context.Context, q db.Q, project id.ID) ([]penalty.LPR, error) {
	out, err := penalty.Published()
	if err != nil {
		return nil, err
	}
	own, err := ownLPRs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for _, x := range own {
		out = slices.DeleteFunc(out, func(p penalty.LPR) bool { return p.From == x.From })
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b penalty.LPR) int { return int(a.From - b.From) })
	return out, nil
}

// AddLPR enters a loan prime rate from the day on which it was published. A higher
// one is refused for days of a closed month: households that were asked and paid
// by the lower ceiling would owe again. A lower one is the law's ceiling whenever it
// becomes known (民间借贷规定 25), and posts nothing. Errors: ErrLPR,
// ledger.ErrMonthClosed.
func (s *Service) AddLPR(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r penalty.LPR) error {
	r.Source = strings.TrimSpace(r.Source)
	if r.From == 0 {
		return ErrLPR.At("body.from_date", "要填写公布日", "")
	}
	if today := clock.DateOf(tx.Now()); r.From > today {
		return ErrLPR.At("body.from_date", "还没到这一天，LPR 公布了才能录，最晚填今天 "+today.String(), r.From.String())
	}
	if r.Rate <= 0 || r.Rate > 2000 {
		return ErrLPR.At("body.rate", "要在 0–20% 之间", r.Rate)
	}
	if n := utf8.RuneCountInString(r.Source); n < 2 || n > 200 {
		return ErrLPR.At("body.source", "请写明出处，2–200 个字", r.Source)
	}
	if err := s.mayRaise(ctx, tx, project, r); err != nil {
		return err
	}
	if err := putLPR(ctx, tx, project, r, who.Name); err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.lpr_added", Kind: "lpr", Subject: project,
		Summary: fmt.Sprintf("录入 %s 起的一年期 LPR %d.%02d%%", r.From, r.Rate/100, r.Rate%100), After: r})
	return nil
}

func (s *Service) mayRaise(ctx context.Context, q db.Q, project id.ID, r penalty.LPR) error {
	rates, err := s.LPRs(ctx, q, project)
	if err != nil {
		return err
	}
	held, ok := penalty.LPROn(rates, r.From)
	if !ok || r.Rate <= held.Rate {
		return nil
	}
	err = s.ledger.StillOpen(ctx, q, project, r.From.Month())
	if !errors.Is(err, ledger.ErrMonthClosed) {
		return err
	}
	shut := ledger.ErrMonthClosed.Say("%s 起的月份里有已月结的，上限不能再从 %d.%02d%% 提高；请核对公布日和利率，确实要提高请先反结账", r.From, held.Rate/100, held.Rate%100)
	return shut.At("body.from_date", shut.Text, r.From.String())
}
