package tariff

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/tariff/formula"
)

// ItemFields are what people fill in; exported because huma skips embedded
// unexported structs.
type ItemFields struct {
	Name       string     `json:"name" minLength:"1" maxLength:"40" doc:"费用名称，如 物业服务费"`
	Basis      string     `json:"basis" enum:"area,fixed,people,quantity,formula,metered,shared,once,costs" doc:"怎么算：area 建筑面积×单价，fixed 每户固定，people 现住人数×单价，quantity 收费范围里的数量×单价，formula 按公式，metered 按用量（抄表），shared 按公摊单，once 一次性、按单笔收费，costs 实现债权的费用（律师费、诉讼费、公证送达费），按单笔收费，先于违约金和本金抵扣"`
	Cycle      string     `json:"cycle,omitempty" enum:"month,bimonth,quarter,half,year" default:"month" doc:"多久收一次：月、两个月、季、半年、年；应收总是按月存，按用量的记在抄表的那个月"`
	Timing     string     `json:"timing,omitempty" enum:"advance,arrears" default:"advance" doc:"advance 预收：周期的第一个月出账；arrears 后收：周期结束后的下个月出账"`
	StartMonth int        `json:"start_month,omitempty" minimum:"1" maximum:"12" default:"1" doc:"周期从几月开始"`
	PricePer   string     `json:"price_per,omitempty" enum:"month,period" default:"month" doc:"单价是每月的，还是每个周期的"`
	From       clock.Date `json:"from_date" doc:"从哪天起收（含）"`
	Until      clock.Date `json:"until_date,omitempty" doc:"收到哪天（含），空为长期"`
	DueDay     int        `json:"due_day,omitempty" minimum:"0" maximum:"31" doc:"出账月的几号到期，0 为月末"`
	Rounding   string     `json:"rounding,omitempty" enum:"half_up,half_even,up,down" default:"half_up" doc:"取整：四舍五入、四舍六入五成双、进位、舍去"`
	Unit       money.Fen  `json:"unit,omitempty" enum:"1,10,100" default:"1" doc:"取整到：1 分，10 角，100 元（单位分）"`
	RoundAt    string     `json:"round_at,omitempty" enum:"month,period" default:"month" doc:"month 每月取整；period 整个周期取整一次，再分到各月"`
	Meter      string     `json:"meter_kind,omitempty" enum:"water,hot_water,electricity,gas,heat" doc:"按哪种表的用量收，只用于 basis=metered"`
	FirstMonth string     `json:"first_month,omitempty" enum:"actual,d30,d365,half,next" default:"actual" doc:"不满一个月怎么算：实际天数、按 30 天、按 365 天、半月、次月起"`
}

func (f *ItemFields) rules() (Item, error) {
	rounding, err := money.ParseRounding(f.Rounding)
	if err != nil {
		return Item{}, ErrItem.At("body.rounding", "不在可选范围内", f.Rounding)
	}
	return Item{Name: f.Name, Basis: Basis(f.Basis), Cycle: Cycle(f.Cycle), Advance: f.Timing == "advance", StartMonth: f.StartMonth,
		PerPeriod: f.PricePer == "period", From: f.From, Until: f.Until, DueDay: f.DueDay, Rounding: rounding, Unit: f.Unit,
		AtPeriod: f.RoundAt == "period", FirstMonth: Habit(f.FirstMonth), Meter: supply.Kind(f.Meter), Active: true}, nil
}

type itemJSON struct {
	ID id.ID `json:"id"`
	ItemFields
	State     string    `json:"state" enum:"active,retired" doc:"在用、停用"`
	Used      bool      `json:"used" doc:"已出过账，计算方式不能再改"`
	PriceUnit string    `json:"price_unit" doc:"单价的单位，如 元/㎡·月"`
	Rate      *rateJSON `json:"rate,omitempty" doc:"今天执行的单价，没有则缺"`
	Version   int       `json:"version" doc:"修改时原样带回"`
}

func toItem(i *Item, rates []Rate, today clock.Date) itemJSON {
	out := itemJSON{ID: i.ID, State: word(i.Active, "active", "retired"), Used: i.Used, PriceUnit: i.PriceUnit(), Version: i.Version,
		ItemFields: ItemFields{Name: i.Name, Basis: string(i.Basis), Cycle: string(i.Cycle), Timing: word(i.Advance, "advance", "arrears"),
			StartMonth: i.StartMonth, PricePer: word(i.PerPeriod, "period", "month"), From: i.From, Until: i.Until, DueDay: i.DueDay,
			Rounding: i.Rounding.String(), Unit: i.Unit, RoundAt: word(i.AtPeriod, "period", "month"), FirstMonth: string(i.FirstMonth), Meter: string(i.Meter)}}
	if r := RateOn(rates, today); r != nil {
		j := toRate(r)
		out.Rate = &j
	}
	return out
}

type projectIn struct {
	Project id.ID `path:"project"`
}

type itemsOut struct {
	Body struct {
		Items []itemJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listItemsAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*itemsOut, error) {
	q := s.db.Reader(ctx)
	list, err := s.Items(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	rates, err := allRates(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	out := &itemsOut{}
	out.Body.Items = make([]itemJSON, len(list))
	for i := range list {
		out.Body.Items[i] = toItem(&list[i], rates[list[i].ID], s.today())
	}
	return out, nil
}

type itemIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
}

type itemOut struct{ Body itemJSON }

func (s *Service) readItemAPI(ctx context.Context, _ actor.Actor, in *itemIn) (*itemOut, error) {
	return s.itemAnswer(ctx, s.db.Reader(ctx), in.Project, in.Item)
}

func (s *Service) itemAnswer(ctx context.Context, q db.Q, project, item id.ID) (*itemOut, error) {
	i, err := s.Item(ctx, q, project, item)
	if err != nil {
		return nil, err
	}
	rates, err := s.Rates(ctx, q, project, item)
	if err != nil {
		return nil, err
	}
	return &itemOut{toItem(&i, rates, s.today())}, nil
}

type createItemIn struct {
	Project id.ID `path:"project"`
	Body    ItemFields
}

func (s *Service) createItemAPI(ctx context.Context, who actor.Actor, in *createItemIn) (*itemOut, error) {
	i, err := in.Body.rules()
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		i, err = s.CreateItem(ctx, tx, who, in.Project, i)
		return err
	})
	return &itemOut{toItem(&i, nil, s.today())}, err
}

type editItemIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	Body    struct {
		ItemFields
		State   string `json:"state" enum:"active,retired" doc:"在用、停用"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) editItemAPI(ctx context.Context, who actor.Actor, in *editItemIn) (*itemOut, error) {
	i, err := in.Body.rules()
	if err != nil {
		return nil, err
	}
	i.ID, i.Version, i.Active = in.Item, in.Body.Version, in.Body.State == "active"
	var out *itemOut
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.EditItem(ctx, tx, who, in.Project, i); err != nil {
			return err
		}
		out, err = s.itemAnswer(ctx, tx, in.Project, in.Item)
		return err
	})
	return out, err
}

type checkFormulaIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Formula string      `json:"formula" minLength:"1" maxLength:"500" doc:"公式，如 面积*单价"`
		Price   money.Price `json:"price,omitempty" minimum:"0" doc:"试算的单价，百万分之一元"`
		Room    id.ID       `json:"room_id,omitempty" doc:"用哪间房试算；空则只检查写法"`
	}
}

type checkFormulaOut struct {
	Body struct {
		Formula string    `json:"formula" doc:"整理后的公式"`
		Uses    []string  `json:"uses" nullable:"false" doc:"用到房屋的哪些资料"`
		Amount  money.Fen `json:"amount" doc:"试算结果，分"`
		Text    string    `json:"text" doc:"试算过程，或为什么算不出；没有选房屋则为空"`
	}
}

func (s *Service) checkFormulaAPI(ctx context.Context, _ actor.Actor, in *checkFormulaIn) (*checkFormulaOut, error) {
	f, err := formula.Parse(in.Body.Formula)
	if err != nil {
		return nil, formulaFault(err)
	}
	out := &checkFormulaOut{}
	out.Body.Formula, out.Body.Uses = f.String(), append([]string{}, f.Uses()...)
	if in.Body.Room == 0 {
		return out, nil
	}
	v, err := s.varsOf(ctx, s.db.Reader(ctx), in.Project, in.Body.Room)
	if err != nil {
		return nil, err
	}
	v.Price = in.Body.Price
	out.Body.Text = f.Explain(v, money.HalfUp, money.OneFen)
	// An amount that cannot be computed is told by the text.
	if amount, err := f.Eval(v, money.HalfUp, money.OneFen); err == nil {
		out.Body.Amount = amount
	}
	return out, nil
}
