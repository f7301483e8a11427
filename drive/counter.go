package drive

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type shownSeat struct {
	Owed    money.Fen `json:"owed"`
	Prepaid money.Fen `json:"prepaid"`
}

// seat reads the counter of some room; few rooms, so that windows meet.
func (p *person) seat(ctx context.Context) (at *place, room id.ID, s shownSeat, ok bool) {
	at = p.somewhere()
	room = at.rooms[rand.IntN(len(at.rooms)/2)]
	r := p.line.call(ctx, http.MethodGet, at.path("/counter/"+room.String()), "", "")
	return at, room, s, r.status == http.StatusOK && json.Unmarshal(r.body, &s) == nil
}

// amount is what somebody gives: all, a part, or more than he owes.
func amount(owed money.Fen) money.Fen {
	switch {
	case owed == 0:
		return 100_00
	case rand.IntN(3) == 0:
		return 1 + rand.N(owed)
	case rand.IntN(5) == 0:
		return owed + 1 + rand.N(money.Fen(50_00))
	}
	return owed
}

// take takes cash, a card, a transfer or prepaid money; every part of the pay
// bears the key of the command, so that it can be found in the books.
func (p *person) take(ctx context.Context) {
	at, room, seat, ok := p.seat(ctx)
	if !ok {
		return
	}
	sum := amount(seat.Owed)
	t := p.newTask(TakeReceipt, at, room, sum, "/receipts", nil)
	methods := []string{"cash", "card", "transfer"}
	pays := []object{{"method": methods[rand.IntN(3)], "amount": sum, "reference": t.Key}}
	if sum > 1 && rand.IntN(3) == 0 {
		part := 1 + rand.N(sum-1)
		second := methods[rand.IntN(3)]
		if seat.Prepaid > 0 && rand.IntN(2) == 0 {
			part, second = min(part, seat.Prepaid), "prepay"
		}
		pays[0]["amount"] = sum - part
		pays = append(pays, object{"method": second, "amount": part, "reference": t.Key})
	}
	body, err := json.Marshal(object{"room_id": room, "expected_owed": seat.Owed, "expected_prepaid": seat.Prepaid, "confirmed": true, "pays": pays})
	if err != nil {
		return
	}
	t.body = string(body)
	t.then = func(a *Entry) { p.receipts = append(p.receipts, *a) }
	p.do(ctx, t)
}

// deposit takes 押金; some of it goes back later.
func (p *person) deposit(ctx context.Context) {
	at := p.somewhere()
	room, sum := at.rooms[rand.IntN(len(at.rooms))], 100_00+rand.N(money.Fen(2000_00))
	t := p.newTask(TakeDeposit, at, room, sum, "/deposits", nil)
	body, err := json.Marshal(object{"kind": "renovation", "room_id": room, "pays": []object{{"method": "cash", "amount": sum, "reference": t.Key}}})
	if err != nil {
		return
	}
	t.body = string(body)
	t.then = func(a *Entry) {
		if rand.IntN(2) == 0 {
			p.ask(ctx, at, a.ID, 1+rand.N(sum), object{"kind": "deposit", "deposit_id": a.ID, "method": "cash", "reason": "装修验收合格"})
		}
	}
	p.do(ctx, t)
}

func (p *person) void(ctx context.Context) {
	if len(p.receipts) == 0 {
		return
	}
	r := p.receipts[rand.IntN(len(p.receipts))]
	p.do(ctx, p.newTask(VoidReceipt, p.town.at(r.Project), r.ID, 0, "/receipts/"+r.ID.String()+"/void", object{"reason": "收错了"}))
}

// refund asks to give a part of a receipt back in cash, or to take all of it
// back with a red receipt.
func (p *person) refund(ctx context.Context) {
	if len(p.receipts) == 0 {
		return
	}
	r := p.receipts[rand.IntN(len(p.receipts))]
	at := p.town.at(r.Project)
	if rand.IntN(4) == 0 {
		p.ask(ctx, at, r.ID, r.Got, object{"kind": "red", "receipt_id": r.ID, "reason": "开错了户"})
		return
	}
	p.ask(ctx, at, r.ID, 1+rand.N(r.Got), object{"kind": "part", "receipt_id": r.ID, "method": "cash", "reason": "多收了"})
}

// ask applies for a refund; a second person approves, or now and then refuses,
// and what no channel gives back the first one pays out.
func (p *person) ask(ctx context.Context, at *place, subject id.ID, sum money.Fen, in object) {
	if kind := in["kind"]; kind != "red" && kind != "candidate" {
		in["amount"] = sum
	}
	t := p.newTask(AskRefund, at, subject, sum, "/refunds", in)
	t.then = func(a *Entry) { p.decideLater(at, a) }
	p.do(ctx, t)
}

func (p *person) decideLater(at *place, a *Entry) {
	one := "/refunds/" + a.ID.String()
	decision := object{"approve": true, "version": a.Version}
	if rand.IntN(8) == 0 {
		decision = object{"approve": false, "note": "再核对一下", "version": a.Version}
	}
	decide := p.newTask(DecideRefund, at, a.ID, 0, one+"/decision", decision)
	decide.token = p.town.boss
	decide.then = func(d *Entry) {
		switch d.State {
		case "approved":
			p.pending = append(p.pending, p.newTask(PayRefund, at, d.ID, 0, one+"/pay", object{"version": d.Version}))
		case "sent":
			p.backs = append(p.backs, held{at: at, id: d.ID})
		}
	}
	p.pending = append(p.pending, decide)
}

// closeShift counts the drawer and hands it in: what it holds can only be
// taken back by red receipts from then on.
func (p *person) closeShift(ctx context.Context) {
	at := p.somewhere()
	var mine struct{ Shift struct{ ID id.ID } }
	r := p.line.call(ctx, http.MethodGet, at.path("/my-shift"), "", "")
	if r.status != http.StatusOK || json.Unmarshal(r.body, &mine) != nil || mine.Shift.ID == 0 {
		return
	}
	one := "/shifts/" + mine.Shift.ID.String()
	count := p.newTask(CountShift, at, mine.Shift.ID, 0, one+"/counts", object{"counted": 0})
	count.then = func(*Entry) {
		p.pending = append(p.pending, p.newTask(CloseShift, at, mine.Shift.ID, 0, one+"/close", object{"count": 1, "handed": 0, "reason": "备用金次日补点"}))
	}
	p.do(ctx, count)
}
