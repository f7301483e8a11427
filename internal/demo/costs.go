package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/expense"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// cost is what a project spends, or the common parts bring in, each month.
type cost struct {
	category, supplier, note string
	permille                 money.Fen // of what a month brings in
	every                    int       // months
}

func costs() []cost {
	return []cost{
		{"人员工资", "本公司员工", "上月工资和社保", 380, 1},
		{"保安费", "浙江安盾保安服务有限公司", "上月秩序维护", 165, 1},
		{"保洁费", "杭州净逸保洁有限公司", "上月保洁和垃圾清运", 125, 1},
		{"公共水电费", "国网浙江电力杭州供电公司", "上月公共部位电费", 105, 1},
		{"绿化费", "杭州青源园林有限公司", "季度养护", 75, 3},
		{"电梯维保费", "浙江迅捷电梯工程有限公司", "半月保养，按季结", 90, 3},
		{"维修费", "杭州立达机电维修部", "零星维修材料和人工", 40, 1},
		{"公共部位广告收入", "杭州楼宇传媒有限公司", "电梯轿厢广告，按季收", 20, 3},
	}
}

// spend enters what each project spent in the month before and lets another
// person approve it. In the last month the repairs are left for the visitor.
func (d *demo) spend(ctx context.Context, m clock.Month, last bool) error {
	d.set(m.First().Start().Add(10 * time.Hour))
	for _, p := range d.projects {
		if len(p.rooms) == 0 {
			continue
		}
		categories, err := d.app.Expense.AddCommon(ctx, p.accountant, p.id)
		if err != nil {
			return fmt.Errorf("categories of %s: %w", p.name, err)
		}
		known := map[string]id.ID{}
		for _, c := range categories {
			known[c.Name] = c.ID
		}
		for _, c := range costs() {
			if m.Number()%c.every != 0 {
				continue
			}
			amount := p.income * money.Fen(len(p.rooms)) * c.permille / 1000 * money.Fen(95+d.extra.IntN(11)) / 100
			doc, err := d.app.Expense.Enter(ctx, p.cashier, p.id, expense.Entry{Category: known[c.category], Supplier: c.supplier, Amount: amount,
				Date: m.First(), Note: c.note, PaidFrom: ledger.Bank})
			if err != nil {
				return fmt.Errorf("%s of %s: %w", c.category, p.name, err)
			}
			if last && c.category == "维修费" {
				continue
			}
			if _, err := d.app.Expense.Decide(ctx, p.accountant, p.id, doc.ID, true, "", doc.Version); err != nil {
				return fmt.Errorf("approve %s of %s: %w", c.category, p.name, err)
			}
		}
	}
	return nil
}

// deposit takes what somebody leaves who starts to renovate, or moves into the
// apartment house.
func (d *demo) deposit(ctx context.Context, v *visit) error {
	in := deposit.Taking{Kind: deposit.KindRenovation, Room: v.room, Note: "装修期 90 天"}
	amount := 2000 * money.OneYuan
	if v.project == d.projects[1] {
		in.Kind, in.Note, amount = deposit.KindLease, "押一付三的押金", 1800*money.OneYuan
	}
	in.Pays = []cashier.Pay{{Method: cashier.MethodTransfer, Amount: amount, Reference: fmt.Sprintf("招行 %06d", d.extra.IntN(1e6))}}
	d.clock.Advance(3 * time.Minute)
	if _, _, err := d.app.Deposit.Take(ctx, v.project.cashier, v.project.id, in); err != nil {
		return fmt.Errorf("deposit: %w", err)
	}
	d.receipts++
	return nil
}

// newExtra draws what came later than the first demo, so that what others draw
// stays as it was.
func newExtra() *rand.Rand { return rand.New(rand.NewPCG(3, 33)) }
