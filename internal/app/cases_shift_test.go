package app_test

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/shift"
)

// shift takes a day's money, makes the last cash receipt void and closes the
// shift by the count (I08). What does not come as cash comes as a transfer.
func (w *caseWorld) shift(ctx context.Context, in caseInput, c *acceptanceCase) error {
	cash, other, back := money.Fen(in.number("cash_fen")), money.Fen(in.number("wechat_fen")), -money.Fen(in.number("red_cash_fen"))
	if back < 0 || back > cash {
		return fmt.Errorf("cash of %d cannot give %d back", cash, back)
	}
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{1})
	if err != nil {
		return err
	}
	for i, take := range []cashier.Pay{{Method: cashier.MethodCash, Amount: cash - back}, {Method: cashier.MethodTransfer, Amount: other},
		{Method: cashier.MethodCash, Amount: back}} {
		if take.Amount == 0 {
			continue
		}
		r, err := w.take(ctx, project, room, take.Method, take.Amount)
		if err == nil && i == 2 {
			_, err = w.app.Cashier.Void(ctx, w.who, project, r.ID, "红冲")
		}
		if err != nil {
			return err
		}
	}
	open, _, err := w.app.Shift.CurrentShift(ctx, w.who, project)
	if err != nil {
		return err
	}
	counted := money.Fen(in.number("counted_cash_fen"))
	sh, err := w.app.Shift.CountShift(ctx, w.who, project, open.ID, &counted, nil)
	if err != nil {
		return err
	}
	closing := shift.Closing{Count: 1, Handed: counted}
	if sh.Difference() != 0 {
		if _, err = w.app.Shift.CloseShift(ctx, w.who, project, open.ID, closing); !errors.Is(err, shift.ErrDifference) {
			return fmt.Errorf("a difference without reason: %w", err)
		}
		closing.Reason = "案例"
	}
	if sh, err = w.app.Shift.CloseShift(ctx, w.who, project, open.ID, closing); err != nil {
		return err
	}
	return first(c.expect("cash_due_fen", sh.Expected), c.expect("diff_fen", sh.Difference()), c.expect("total_fen", sh.Income()))
}
