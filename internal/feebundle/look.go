package feebundle

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

// Verdict says what giving a bundle does about one of its items.
type Verdict string

// The verdicts.
const (
	Gives   Verdict = "give"    // to the rooms that do not have it
	AllHave Verdict = "has"     // no room is without it
	Retired Verdict = "retired" // the item is not in use
	Over    Verdict = "over"    // the item has ended by then
	Mixed   Verdict = "mixed"   // by quantity, and some rooms have it: a scope would change how many they are charged for
	Many    Verdict = "many"    // charged once, and more than maxRooms rooms
	Later   Verdict = "later"   // charged once, and further ahead than single charges go
)

// maxRooms is how many rooms are chosen, or charged once, in one action.
const maxRooms = 500

// maxFirst is how many rooms an effect names.
const maxFirst = 10

// Effect is what giving a bundle does, or did, about one of its items.
type Effect struct {
	Part
	Name    string
	Basis   tariff.Basis
	Verdict Verdict
	Day     clock.Date // from which it is charged
	// Rooms by how they stand with the item; a room that gains may lack what
	// the price asks of it.
	Gains, Had, Spared, Lacking int
	Lacks                       string // 建筑面积
	Price                       string // 2.80 元/㎡·月 on Day, empty without
	gaining                     []id.ID
}

// first are the first rooms that gain.
func (e *Effect) first() []id.ID { return e.gaining[:min(len(e.gaining), maxFirst)] }

// Words says it plainly.
func (e *Effect) Words() string {
	switch e.Verdict {
	case Retired:
		return "已停用，不加"
	case Over:
		return "这项费用到那时已停收，不加"
	case Mixed:
		return fmt.Sprintf("有 %d 户已在收，整片再加会改掉它们的数量，所以不加；请选定房屋来给", e.Had)
	case Many:
		return fmt.Sprintf("一次性费用一次最多记 %d 户，所以不记；请分楼栋来给", maxRooms)
	case Later:
		return "一次性费用最晚记到下个月，所以现在不记；请到时再给"
	}
	var out []string
	if e.Gains > 0 {
		if e.Basis == tariff.Once {
			out = append(out, fmt.Sprintf("给 %d 户各记一笔应收 %s 元", e.Gains, e.Amount.Comma()))
		} else {
			out = append(out, fmt.Sprintf("%d 户从 %s 起收", e.Gains, e.Day))
		}
	}
	if e.Had > 0 {
		out = append(out, fmt.Sprintf("%d 户已有，不动", e.Had))
	}
	if e.Spared > 0 {
		out = append(out, fmt.Sprintf("%d 户单独设了不收，不动", e.Spared))
	}
	return strings.Join(out, "；")
}

// Warning says why what is given would not be charged yet; empty when it would.
func (e *Effect) Warning() string {
	switch {
	case e.Verdict != Gives || e.Basis == tariff.Once:
		return ""
	case e.Price == "":
		return fmt.Sprintf("%s 还没有单价，补上单价后才出得了账", e.Day)
	case e.Lacking > 0:
		return fmt.Sprintf("%d 户没有登记%s，补上后才出得了账", e.Lacking, e.Lacks)
	}
	return ""
}

// Place is to whom a bundle is given, and for which days.
type Place struct {
	tariff.Assignment         // its scope and days; of chosen rooms only its days
	Rooms             []id.ID // chosen
}

func (p *Place) check() error {
	if len(p.Rooms) > maxRooms {
		return ErrGiving.At("body.room_ids", fmt.Sprintf("一次最多选 %d 间房", maxRooms), len(p.Rooms))
	}
	if (p.Scope == tariff.ToRoom) != (len(p.Rooms) > 0) {
		return ErrGiving.At("body.room_ids", "要选房屋", nil)
	}
	return nil
}

// scopes are the assignments that the place means, without items.
func (p *Place) scopes() []tariff.Assignment {
	if p.Scope != tariff.ToRoom {
		return []tariff.Assignment{p.Assignment}
	}
	out := make([]tariff.Assignment, 0, len(p.Rooms))
	for _, r := range p.Rooms {
		out = append(out, tariff.Assignment{Scope: tariff.ToRoom, Target: r, From: p.From, Until: p.Until})
	}
	return out
}

// look sees what giving parts to a place would do; rooms is how many it
// reaches. Errors: ErrGiving, ErrNobody, and those of tariff.Survey.
func (s *Service) look(ctx context.Context, q db.Q, project id.ID, p *Place, parts []Part) (effects []Effect, rooms int, err error) {
	if err := p.check(); err != nil {
		return nil, 0, err
	}
	list, charged, err := s.known(ctx, q, project, parts)
	if err != nil {
		return nil, 0, err
	}
	effects = make([]Effect, len(parts))
	for i := range effects {
		effects[i] = Effect{Part: parts[i], Name: list[i].Name, Basis: list[i].Basis}
	}
	err = s.tariff.Survey(ctx, q, project, p.scopes(), list, func(found []tariff.Candidate, r *estate.BillingRoom, standings []tariff.Standing) error {
		for i := range effects {
			standing := standings[i]
			if effects[i].Basis == tariff.Once {
				standing = tariff.Gains
				if charged[owed{parts[i].Item, r.ID}] {
					standing = tariff.Has
				}
			}
			if rooms == 0 {
				effects[i].know(&found[i], p, s.today())
			}
			effects[i].count(&found[i], r, standing)
		}
		rooms++
		return nil
	})
	if err == nil && rooms == 0 {
		err = ErrNobody
	}
	for i := range effects {
		effects[i].judge(p)
	}
	return effects, rooms, err
}

// owed is an item charged once to a room by a bundle.
type owed struct{ item, room id.ID }

// known reads the items of parts, and the rooms that owe those charged once by
// a bundle that was not undone.
func (s *Service) known(ctx context.Context, q db.Q, project id.ID, parts []Part) ([]tariff.Item, map[owed]bool, error) {
	list, once := make([]tariff.Item, len(parts)), []id.ID(nil)
	for i, p := range parts {
		item, err := s.tariff.Item(ctx, q, project, p.Item)
		if err != nil {
			return nil, nil, err
		}
		if list[i] = item; item.Basis == tariff.Once {
			once = append(once, item.ID)
		}
	}
	charged, err := chargedOnce(ctx, q, project, once)
	return list, charged, err
}

// know takes over what counts for every room alike.
func (e *Effect) know(c *tariff.Candidate, p *Place, today clock.Date) {
	e.Day = c.Day
	e.Price = priceText(&c.Item, c.Rate)
	switch {
	case !c.Item.Active:
		e.Verdict = Retired
	case c.Over:
		e.Verdict = Over
	case e.Basis == tariff.Once && p.From.Month() > today.Month().Add(1):
		e.Verdict = Later
	}
}

func (e *Effect) count(c *tariff.Candidate, r *estate.BillingRoom, standing tariff.Standing) {
	switch standing {
	case tariff.Has:
		e.Had++
		return
	case tariff.Spared:
		e.Spared++
		return
	}
	e.Gains++
	if len(e.gaining) < maxRooms {
		e.gaining = append(e.gaining, r.ID)
	}
	if lacks := c.Lacks(r); lacks != "" {
		e.Lacking, e.Lacks = e.Lacking+1, lacks
	}
}

// judge decides once the rooms are counted.
func (e *Effect) judge(p *Place) {
	switch {
	case e.Verdict != "":
	case e.Gains == 0:
		e.Verdict = AllHave
	case e.Basis == tariff.Once && e.Gains > maxRooms:
		e.Verdict = Many
	case e.Basis == tariff.ByQuantity && p.Scope != tariff.ToRoom && e.Had > 0:
		e.Verdict = Mixed
	default:
		e.Verdict = Gives
	}
}

func priceText(i *tariff.Item, r *tariff.Rate) string {
	switch {
	case r == nil:
		return ""
	case i.Basis == tariff.ByFormula:
		return r.Formula
	case r.Tariff != nil:
		return "阶梯或分时"
	}
	return r.Price.String() + " " + i.PriceUnit()
}
