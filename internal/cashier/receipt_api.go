package cashier

import (
	"context"
	"net/http"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

// Routes registers the operations of the counter.
func (s *Service) Routes(w *web.Server) {
	s.counterRoutes(w)
	s.printSettingRoutes(w)
	const receipts = "/projects/{project}/receipts"
	web.Handle(w, web.Op{ID: "counter-seat", Method: http.MethodGet, Path: "/projects/{project}/counter/{room}", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "收银台：这户欠什么、预存多少"}, s.apiSeat)
	web.Handle(w, web.Op{ID: "receipt-create", Method: http.MethodPost, Path: receipts, Tag: "cashier", Status: http.StatusCreated,
		Buildings: true, Permission: PermReceive, Summary: "收款并开收据"}, s.apiReceive)
	web.Handle(w, web.Op{ID: "receipt-list", Method: http.MethodGet, Path: receipts, Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "收据列表，新的在前"}, s.apiReceipts)
	web.Handle(w, web.Op{ID: "receipt-one", Method: http.MethodGet, Path: receipts + "/{receipt}", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "一张收据"}, s.apiReceipt)
	web.Handle(w, web.Op{ID: "receipt-void", Method: http.MethodPost, Path: receipts + "/{receipt}/void", Tag: "cashier",
		Buildings: true, Permission: PermVoid, Summary: "作废未交班的收据，号码保留"}, s.apiVoid)
	web.Handle(w, web.Op{ID: "takings", Method: http.MethodGet, Path: "/projects/{project}/takings", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "一天的收款合计，按收款方式"}, s.apiTakings)
	s.orderRoutes(w)
	s.statisticsRoutes(w)
	s.refundRoutes(w)
}

type openJSON struct {
	Charge    id.ID       `json:"charge_id" doc:"应收编号"`
	Room      id.ID       `json:"room_id"`
	RoomLabel string      `json:"room_label" doc:"房间，如 3栋2单元1502"`
	Payer     id.ID       `json:"payer_id" doc:"出账时的缴费人；与这户现在的缴费人不同，是房屋换人之前的欠费"`
	Item      id.ID       `json:"item_id"`
	ItemName  string      `json:"item_name" doc:"费用项目"`
	Month     clock.Month `json:"month" doc:"账期"`
	Due       clock.Date  `json:"due_date" doc:"到期日"`
	Overdue   int         `json:"overdue_days" doc:"逾期天数，未逾期为 0"`
	Amount    money.Fen   `json:"amount" doc:"应收，分"`
	Left      money.Fen   `json:"left" doc:"尚欠，分"`
	Costs     bool        `json:"costs,omitempty" doc:"实现债权的费用（律师费、诉讼费），到期后先抵（民法典 561）"`
}

type seatRoomJSON struct {
	ID    id.ID  `json:"id"`
	Label string `json:"label"`
	Kind  string `json:"kind" doc:"房屋类型"`
	State string `json:"state" doc:"房屋状态"`
	Area  int64  `json:"area" doc:"建筑面积，㎡×100"`
}

type formerJSON struct {
	Payer   id.ID      `json:"payer_id"`
	Name    string     `json:"payer_name"`
	Charges []openJSON `json:"charges" nullable:"false"`
	Owed    money.Fen  `json:"owed" doc:"分"`
}

type seatJSON struct {
	Room      seatRoomJSON   `json:"room" doc:"查的这间"`
	Payer     id.ID          `json:"payer_id" doc:"缴费人，空串表示没有登记"`
	PayerName string         `json:"payer_name"`
	PhoneMask string         `json:"phone_mask" doc:"手机号，已打码"`
	Rooms     []seatRoomJSON `json:"rooms" doc:"同一缴费人的全部房间" nullable:"false"`
	Charges   []openJSON     `json:"charges" doc:"全部欠费，按到期日排" nullable:"false"`
	Former    []formerJSON   `json:"former" doc:"已不在这几间房的人留下的欠费，不向现在的住户收" nullable:"false"`
	Owed      money.Fen      `json:"owed" doc:"欠费合计，分；收款时作为 expected_owed 交回"`
	Overdue   money.Fen      `json:"overdue" doc:"其中已逾期的，分"`
	Late      []lateJSON     `json:"late_fees" doc:"到今天的违约金，不在欠费合计里" nullable:"false"`
	LateOwed  money.Fen      `json:"late_owed" doc:"违约金合计，分；收款时作为 expected_late 交回"`
	Prepaid   money.Fen      `json:"prepaid" doc:"预存余额，分；收款时作为 expected_prepaid 交回"`
	Aside     []asideJSON    `json:"prepaid_for" doc:"其中的专用预存，按费用" nullable:"false"`
	Items     []asideItem    `json:"prepay_items" doc:"预存可以专用于哪些费用" nullable:"false"`
	Policy    string         `json:"policy" enum:"statutory,oldest" doc:"没有挑选时的抵扣顺序"`
	Order     string         `json:"policy_name" doc:"抵扣顺序，文字"`
	Choice    bool           `json:"choice" doc:"可以挑选交哪些"`
	RoundTo   money.Fen      `json:"round_to" doc:"现金抹零：0 不抹，10 抹到角，100 抹到元，分"`
	AheadMax  int            `json:"ahead_months" doc:"最多预缴几个月，0 为不收预缴"`
	Online    []string       `json:"online" nullable:"false" doc:"可以出示收款码的渠道：wechat 微信支付，alipay 支付宝"`
	Scans     []string       `json:"scans" nullable:"false" doc:"可以扫付款码的渠道"`
	OpenOrder id.ID          `json:"open_order_id" doc:"这间房还没有结束的线上收款，没有为空串"`
}

func (s *Service) apiSeat(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room" doc:"房间编号"`
}) (*struct{ Body seatJSON }, error) {
	within := who.Within(PermRead, in.Project)
	seat, err := s.SeatWithin(ctx, in.Project, in.Room, within)
	if err != nil {
		return nil, err
	}
	b := seatJSON{Payer: seat.Payer, PayerName: seat.PayerName, PhoneMask: seat.PhoneMask, Owed: seat.Owed, Prepaid: seat.Prepaid,
		Policy: string(seat.Setting.Policy), Order: seat.Setting.Policy.Name(), Choice: seat.Setting.Choice, AheadMax: seat.Setting.AheadMonths, RoundTo: seat.Setting.RoundTo,
		Rooms: []seatRoomJSON{}, Charges: []openJSON{}, Former: []formerJSON{}, Late: toLate(seat.Late), LateOwed: seat.LateOwed}
	if b.Aside, b.Items, err = s.asideJSON(ctx, in.Project, seat); err != nil {
		return nil, err
	}
	for _, r := range seat.Rooms {
		j := seatRoomJSON{ID: r.ID, Label: r.Label, Kind: r.Kind, State: r.State, Area: int64(r.Area)}
		if r.ID == seat.Room.ID {
			b.Room = j
		}
		b.Rooms = append(b.Rooms, j)
	}
	if err := s.onlineOf(ctx, in.Project, in.Room, within, &b); err != nil {
		return nil, err
	}
	today := clock.DateOf(s.db.Clock().Now())
	for _, o := range seat.Open {
		if o.Due < today {
			b.Overdue += o.Left
		}
		b.Charges = append(b.Charges, toOpen(&o, today))
	}
	for _, f := range seat.Former {
		j := formerJSON{Payer: f.Payer, Name: f.Name, Charges: []openJSON{}, Owed: sumLeft(f.Open)}
		for _, o := range f.Open {
			j.Charges = append(j.Charges, toOpen(&o, today))
		}
		b.Former = append(b.Former, j)
	}
	return &struct{ Body seatJSON }{b}, nil
}

func toOpen(o *Open, today clock.Date) openJSON {
	return openJSON{Charge: o.Charge, Room: o.Room, RoomLabel: o.RoomLabel, Payer: o.Payer, Item: o.Item, ItemName: o.ItemName,
		Month: o.Month, Due: o.Due, Overdue: max(0, today.Sub(o.Due)), Amount: o.Amount, Left: o.Left, Costs: o.Costs}
}

type payJSON struct {
	Method    string     `json:"method" enum:"cash,card,transfer,prepay,wechat,alipay,deposit" doc:"收款方式：cash 现金，card 刷卡，transfer 转账，prepay 预存抵扣，wechat 微信，alipay 支付宝，deposit 押金抵扣"`
	Name      string     `json:"name,omitempty" readOnly:"true" doc:"收款方式的名称"`
	Amount    money.Fen  `json:"amount" minimum:"1" doc:"金额，分"`
	Reference string     `json:"reference,omitempty" maxLength:"60" doc:"凭证号、流水号，选填"`
	Terminal  string     `json:"terminal,omitempty" maxLength:"20" doc:"刷卡的终端号，选填"`
	Last4     string     `json:"last4,omitempty" maxLength:"8" doc:"银行卡后四位，选填"`
	On        clock.Date `json:"paid_on,omitempty" doc:"转账日期，选填"`
}

type aheadIn struct {
	Until clock.Month `json:"until" doc:"预缴到的月"`
	Total money.Fen   `json:"total" minimum:"1" doc:"界面上显示的预缴合计，分，不一致则拒绝"`
}

type receiveIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Room            id.ID       `json:"room_id" doc:"收银台上的房间；多收的钱存入它的预存"`
		Charges         []id.ID     `json:"charge_ids,omitempty" maxItems:"500" doc:"所选的应收；不填则按到期先后抵全部欠费"`
		Pays            []PayInJSON `json:"pays" minItems:"1" maxItems:"8" nullable:"false" doc:"收款方式和金额"`
		Tendered        money.Fen   `json:"tendered,omitempty" minimum:"0" doc:"实收现金，分；不填为正好"`
		Late            []id.ID     `json:"late_charge_ids,omitempty" maxItems:"500" doc:"所选违约金所属的应收；与 charge_ids 都不填则按抵扣顺序"`
		ExpectedLate    *money.Fen  `json:"expected_late,omitempty" minimum:"0" doc:"界面上显示的违约金合计，不一致则拒绝；选填"`
		ExpectedOwed    money.Fen   `json:"expected_owed" minimum:"0" doc:"界面上显示的欠费合计，不一致则拒绝"`
		ExpectedPrepaid *money.Fen  `json:"expected_prepaid,omitempty" minimum:"0" doc:"界面上显示的预存余额，不一致则拒绝；选填"`
		Confirmed       bool        `json:"confirmed,omitempty" doc:"金额异常时已再次确认"`
		Ahead           *aheadIn    `json:"ahead,omitempty" doc:"同时预缴这间房以后几个月"`
		Rounded         money.Fen   `json:"rounded,omitempty" minimum:"0" doc:"抹零，分：现金正好付清应收时按收银设置抹去的，与界面不一致则拒绝"`
		PrepayItem      id.ID       `json:"prepay_item_id,omitempty" doc:"存入预存的钱只抵哪项费用（专用预存）；不填为通用"`
	}
}

type lineJSON struct {
	Charge    id.ID       `json:"charge_id"`
	Room      id.ID       `json:"room_id"`
	RoomLabel string      `json:"room_label"`
	Item      id.ID       `json:"item_id"`
	ItemName  string      `json:"item_name"`
	Month     clock.Month `json:"month" doc:"账期"`
	How       string      `json:"how" doc:"怎么算的"`
	Owed      money.Fen   `json:"owed" doc:"收款前尚欠，分"`
	Amount    money.Fen   `json:"amount" doc:"这次收的，分"`
}

type receiptJSON struct {
	ID           id.ID      `json:"id"`
	Number       string     `json:"number" doc:"收据号，如 SJ2026-000123"`
	Room         id.ID      `json:"room_id"`
	RoomLabel    string     `json:"room_label"`
	Payer        id.ID      `json:"payer_id"`
	PayerName    string     `json:"payer_name"`
	Policy       string     `json:"policy" enum:"chosen,statutory,oldest" doc:"抵扣顺序：chosen 按所选费用，statutory 先到期先还、同日按比例，oldest 按账期从旧到新"`
	PolicyName   string     `json:"policy_name"`
	Amount       money.Fen  `json:"amount" doc:"收据金额，分"`
	OwedBefore   money.Fen  `json:"owed_before" doc:"收款前欠费，分"`
	OwedAfter    money.Fen  `json:"owed_after" doc:"收款后欠费，分"`
	PrepaidUsed  money.Fen  `json:"prepaid_used" doc:"用掉的预存，分"`
	ToPrepay     money.Fen  `json:"to_prepay" doc:"存入预存，分"`
	Rounded      money.Fen  `json:"rounded" doc:"抹零，分：应收减实收"`
	PrepayName   string     `json:"prepay_name" doc:"存入的预存只抵哪项费用，通用为空"`
	Ahead        money.Fen  `json:"ahead" doc:"其中预缴以后几个月的，分"`
	PrepaidAfter money.Fen  `json:"prepaid_after" doc:"收款后预存余额，分"`
	Tendered     money.Fen  `json:"tendered" doc:"实收现金，分"`
	Change       money.Fen  `json:"change" doc:"找零，分"`
	Cashier      id.ID      `json:"cashier_id"`
	CashierName  string     `json:"cashier_name"`
	Date         clock.Date `json:"date" doc:"业务日期"`
	At           time.Time  `json:"at" doc:"收款时间"`
	State        string     `json:"state" enum:"valid,void" doc:"valid 有效，void 已作废"`
	VoidName     string     `json:"void_name,omitempty" doc:"谁作废的"`
	VoidReason   string     `json:"void_reason,omitempty"`
	VoidAt       *time.Time `json:"void_at,omitempty"`
	Voidable     bool       `json:"voidable" doc:"有效、还没有交班，可以作废"`
	Shift        id.ID      `json:"shift_id" doc:"属于哪一班"`
	ShiftNumber  string     `json:"shift_number" doc:"交班单号，没有交班为空"`
	Prints       int        `json:"prints" doc:"打印过几次"`
	RedFacts
	Lines []lineJSON `json:"lines" nullable:"false"`
	Pays  []payJSON  `json:"pays" nullable:"false"`
}

func (s *Service) receiptJSON(r *Receipt) receiptJSON {
	j := receiptJSON{
		ID: r.ID, Number: r.Number, Room: r.Room, RoomLabel: r.RoomLabel, Payer: r.Payer, PayerName: r.PayerName,
		Policy: string(r.Policy), PolicyName: r.Policy.Name(), Amount: r.Amount, OwedBefore: r.OwedBefore, OwedAfter: r.OwedAfter,
		PrepaidUsed: r.PrepaidUsed, ToPrepay: r.ToPrepay, PrepayName: r.PrepayName, Rounded: r.Rounded, PrepaidAfter: r.PrepaidAfter, Tendered: r.Tendered, Change: r.Change,
		Cashier: r.Cashier, CashierName: r.CashierName, Date: r.Date, At: r.At.In(clock.Shanghai()), State: string(r.State),
		VoidName: r.VoidName, VoidReason: r.VoidReason, Prints: r.Prints, Ahead: r.Ahead, Lines: []lineJSON{}, Pays: []payJSON{},
		Voidable: r.State == StateValid && r.ShiftState == ShiftOpen && r.mayVoid() == nil && !r.paidOnline(), Shift: r.Shift, ShiftNumber: r.ShiftNumber,
	}
	j.RedFacts = RedFacts{Red: r.Red(), RedOf: r.RedOf, RedOfNumber: r.RedOfNumber, ReversedBy: r.ReversedBy, ReversedNumber: r.ReversedNumber, Refund: r.Refund,
		Refunded: r.Refunded, Refundable: r.Refundable(), Redable: r.mayRed() == nil && (!r.paidOnline() || s.Original(r)), Original: s.Original(r), Deposit: r.Deposit, DepositID: r.DepositID, DepositName: r.DepositName}
	if r.State == StateVoid {
		at := r.VoidAt.In(clock.Shanghai())
		j.VoidAt = &at
	}
	for _, l := range r.Lines {
		j.Lines = append(j.Lines, lineJSON(l))
	}
	for _, p := range r.Pays {
		j.Pays = append(j.Pays, payJSON{string(p.Method), p.Method.Name(), p.Amount, p.Reference, p.Terminal, p.Last4, p.On})
	}
	return j
}

type receiptOut struct{ Body receiptJSON }

func (s *Service) apiReceive(ctx context.Context, who actor.Actor, in *receiveIn) (*receiptOut, error) {
	b := &in.Body
	t := Taking{Room: b.Room, Charges: b.Charges, Tendered: b.Tendered, ExpectedOwed: b.ExpectedOwed,
		ExpectedPrepaid: b.ExpectedPrepaid, Confirmed: b.Confirmed, Late: b.Late, ExpectedLate: b.ExpectedLate, PrepayItem: b.PrepayItem, Rounded: b.Rounded,
		Within: who.Within(PermReceive, in.Project)}
	if b.Ahead != nil {
		t.Ahead = &AheadTaking{Until: b.Ahead.Until, Total: b.Ahead.Total}
	}
	for _, p := range b.Pays {
		t.Pays = append(t.Pays, p.Pay())
	}
	r, err := s.Receive(ctx, who, in.Project, t)
	if err != nil {
		return nil, err
	}
	return &receiptOut{s.receiptJSON(&r)}, nil
}

type receiptRef struct {
	Project id.ID `path:"project"`
	Receipt id.ID `path:"receipt" doc:"收据编号"`
}

func (s *Service) apiReceipt(ctx context.Context, who actor.Actor, in *receiptRef) (*receiptOut, error) {
	r, err := s.ReceiptWithin(ctx, s.db.Reader(ctx), in.Project, in.Receipt, who.Within(PermRead, in.Project))
	if err != nil {
		return nil, err
	}
	return &receiptOut{s.receiptJSON(&r)}, nil
}

func (s *Service) apiVoid(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Receipt id.ID `path:"receipt" doc:"收据编号"`
	Body    struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"作废的原因"`
	}
}) (*receiptOut, error) {
	if _, err := s.ReceiptWithin(ctx, s.db.Reader(ctx), in.Project, in.Receipt, who.Within(PermVoid, in.Project)); err != nil {
		return nil, err
	}
	r, err := s.Void(ctx, who, in.Project, in.Receipt, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &receiptOut{s.receiptJSON(&r)}, nil
}

type receiptList struct {
	page.List[receiptJSON]
	Total *totalsJSON `json:"total,omitempty" doc:"全部结果的合计，count=true 时才有"`
}

type totalsJSON struct {
	Count  int       `json:"count" doc:"收据张数"`
	Valid  int       `json:"valid" doc:"其中有效的张数"`
	Amount money.Fen `json:"amount" doc:"有效收据的金额合计，分"`
}

func (s *Service) apiReceipts(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Room    id.ID    `query:"room_id" doc:"涉及这间房的收据"`
	Mine    bool     `query:"mine" doc:"只看我开的"`
	Cashier id.ID    `query:"cashier_id" doc:"这位收费员开的"`
	Method  string   `query:"method" doc:"用过这种收款方式的"`
	Item    id.ID    `query:"item_id" doc:"收过这项费用的"`
	Shift   id.ID    `query:"shift_id" doc:"这一班的"`
	From    web.Date `query:"from" doc:"起始日，含"`
	Until   web.Date `query:"until" doc:"截止日，含"`
	State   string   `query:"state" enum:"valid,void,red,reversed" doc:"valid 有效（含红冲双方），void 已作废，red 红字收据，reversed 已红冲；不填为全部"`
	Text    string   `query:"q" maxLength:"60" doc:"收据号、房间或缴费人的一部分"`
	Count   bool     `query:"count" doc:"同时给出全部结果的合计"`
}) (*struct{ Body receiptList }, error) {
	f := Filter{Request: in.Request, Room: in.Room, From: in.From.Date, Until: in.Until.Date, State: State(in.State), Text: in.Text,
		Cashier: in.Cashier, Method: Method(in.Method), Item: in.Item, Shift: in.Shift, Within: who.Within(PermRead, in.Project)}
	if in.Mine {
		f.Cashier = who.Account
	}
	if !f.Within.Whole() {
		if in.Count = false; in.Room == 0 {
			f.Cashier = who.Account // what others took is asked room by room
		}
	}
	list, err := s.Receipts(ctx, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := receiptList{List: page.List[receiptJSON]{Items: []receiptJSON{}, Next: list.Next}}
	for i := range list.Items {
		out.Items = append(out.Items, s.receiptJSON(&list.Items[i]))
	}
	if in.Count {
		t, err := s.Totals(ctx, in.Project, f)
		if err != nil {
			return nil, err
		}
		out.Total = &totalsJSON{t.Count, t.Valid, t.Amount}
	}
	return &struct{ Body receiptList }{out}, nil
}

type methodSumJSON struct {
	Method   string    `json:"method" enum:"cash,card,transfer,prepay,wechat,alipay,deposit"`
	Name     string    `json:"name" doc:"收款方式的名称"`
	Receipts int       `json:"receipts" doc:"笔数"`
	Amount   money.Fen `json:"amount" doc:"金额，分"`
}

type takingsJSON struct {
	Date         clock.Date      `json:"date"`
	Receipts     int             `json:"receipts" doc:"有效收据张数"`
	Income       money.Fen       `json:"income" doc:"实际收进的钱，不含预存抵扣，分"`
	ToPrepay     money.Fen       `json:"to_prepay" doc:"其中存入预存的，分"`
	Methods      []methodSumJSON `json:"methods" nullable:"false" doc:"按收款方式"`
	Voided       int             `json:"voided" doc:"作废张数"`
	VoidedIncome money.Fen       `json:"voided_income" doc:"作废退回的钱，分"`
}

func (s *Service) apiTakings(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID    `path:"project"`
	Date    web.Date `query:"date" doc:"业务日期，不填为今天"`
	All     bool     `query:"all" doc:"全部收费员；不填只算自己的"`
}) (*struct{ Body takingsJSON }, error) {
	cashier := who.Account
	if in.All {
		if err := who.Must(PermRead, in.Project); err != nil {
			return nil, err
		}
		cashier = 0
	}
	t, err := s.Takings(ctx, in.Project, cashier, in.Date.Date)
	if err != nil {
		return nil, err
	}
	b := takingsJSON{Date: t.Date, Receipts: t.Receipts, Income: t.Income, ToPrepay: t.ToPrepay, Voided: t.Voided,
		VoidedIncome: t.VoidedIncome, Methods: []methodSumJSON{}}
	for _, m := range t.Methods {
		b.Methods = append(b.Methods, methodSumJSON{string(m.Method), m.Method.Name(), m.Receipts, m.Amount})
	}
	return &struct{ Body takingsJSON }{b}, nil
}
