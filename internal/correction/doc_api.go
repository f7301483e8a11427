package correction

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in, docs = "/projects/{project}", "/projects/{project}/amendments"
	web.Handle(w, web.Op{ID: "amendable-rooms", Method: http.MethodGet, Path: in + "/amendable-rooms", Tag: "correction", Permission: billing.PermRead,
		Summary: "已发布的费用与按今天的资料重算不一致的房屋，差得多的在前"}, s.apiSpread)
	web.Handle(w, web.Op{ID: "amendable-room", Method: http.MethodGet, Path: in + "/rooms/{room}/amendable", Tag: "correction", Permission: billing.PermRead,
		Summary: "一间房各月各项：当时收取、按今天的资料应收、差额和原因"}, s.apiRoom)
	web.Handle(w, web.Op{ID: "amendment-list", Method: http.MethodGet, Path: docs, Tag: "correction", Permission: billing.PermRead,
		Summary: "补差单，新的在前"}, s.apiList)
	web.Handle(w, web.Op{ID: "amendment-make", Method: http.MethodPost, Path: docs, Tag: "correction", Status: http.StatusCreated, Permission: billing.PermRelease,
		Summary: "补差：多的补收，少的先抵未缴、已缴的转入预存；原来的费用和收据不变"}, s.apiMake)
	web.Handle(w, web.Op{ID: "amendment-one", Method: http.MethodGet, Path: docs + "/{amendment}", Tag: "correction", Permission: billing.PermRead,
		Summary: "一张补差单：各月当时、应收、补收或减收"}, s.apiOne)
	web.Handle(w, web.Op{ID: "amendment-void", Method: http.MethodPost, Path: docs + "/{amendment}/void", Tag: "correction", Permission: billing.PermRelease,
		Summary: "撤销补差单：补收的红冲，抵掉的恢复未缴，转入的预存收回"}, s.apiVoid)
	s.batchRoutes(w)
}

// AmendEffectJSON is what correcting would do to one who pays.
type AmendEffectJSON struct {
	Payer     id.ID     `json:"payer_id" doc:"那个月的付款人，房屋过户以后仍是他"`
	PayerName string    `json:"payer_name"`
	Former    bool      `json:"former" doc:"他已不是这间房的缴费人"`
	More      money.Fen `json:"more" doc:"补收，成为他的新应收，分"`
	Credited  money.Fen `json:"credited" doc:"减收里抵他未缴的，分"`
	Returned  money.Fen `json:"returned" doc:"减收里已缴的，转入他的预存，分"`
}

// AmendableJSON is one item and month of a room.
type AmendableJSON struct {
	Item     id.ID       `json:"item_id"`
	ItemName string      `json:"item_name"`
	Month    clock.Month `json:"month" doc:"账期"`
	Was      money.Fen   `json:"was" doc:"出账时收取，分"`
	Done     money.Fen   `json:"done" doc:"此前已补差，分；减收为负"`
	Due      money.Fen   `json:"due" doc:"按今天的资料应收，分"`
	Amount   money.Fen   `json:"amount" doc:"还差多少，分；该减收为负"`
	Causes   []string    `json:"causes" nullable:"false" doc:"为什么不同，如 面积 89.5 → 92 ㎡"`
	Lines    []string    `json:"lines" nullable:"false" doc:"按今天的资料怎么算的"`
	Why      string      `json:"why" doc:"为什么不能在这里补差；能则为空"`

	Effects []AmendEffectJSON `json:"effects" nullable:"false" doc:"现在补差，会向谁补收、抵谁的未缴、转入谁的预存"`
}

type amendableOut struct {
	Body struct {
		Label string          `json:"room_label"`
		Items []AmendableJSON `json:"items" nullable:"false" doc:"出过账的各月各项，没有差额的也在"`
	}
}

func (s *Service) apiRoom(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID     `path:"project"`
	Room    id.ID     `path:"room"`
	From    web.Month `query:"from_month" doc:"账期从；不填为到止月的 12 个月"`
	Until   web.Month `query:"until_month" doc:"账期到，最晚下个月，最多 36 个月；不填为本月"`
}) (*amendableOut, error) {
	q := s.db.Reader(ctx)
	room, err := s.estate.Room(ctx, q, in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	out := &amendableOut{}
	from, until := s.asked(in.From, in.Until)
	out.Body.Label, out.Body.Items = room.Label, []AmendableJSON{}
	list, err := s.OfRoom(ctx, q, in.Project, in.Room, from, until)
	for _, d := range list {
		x := AmendableJSON{d.Item, d.ItemName, d.Month, d.Was, d.Done, d.Due, d.Amount(), d.Causes, d.Lines, d.Why, []AmendEffectJSON{}}
		for _, e := range d.Effects {
			x.Effects = append(x.Effects, AmendEffectJSON{e.Payer, e.PayerName, e.Payer != room.Payer, e.More, e.Credited, e.Returned})
		}
		out.Body.Items = append(out.Body.Items, x)
	}
	return out, err
}

// asked are the months to look at, the year that ends with this month where
// nobody said.
func (s *Service) asked(from, until web.Month) (clock.Month, clock.Month) {
	last := cmp.Or(until.Month, s.thisMonth())
	return cmp.Or(from.Month, last.Add(-11)), last
}

// AmendableRoomJSON is a room that was charged other amounts than today.
type AmendableRoomJSON struct {
	Room   id.ID     `json:"room_id"`
	Label  string    `json:"room_label"`
	Months int       `json:"months" doc:"有差额的账期和费用有几条"`
	Plus   money.Fen `json:"plus" doc:"该补收，分"`
	Minus  money.Fen `json:"minus" doc:"该减收，分"`
	Causes []string  `json:"causes" nullable:"false"`
}

type amendableRoomsOut struct {
	Body struct {
		Rooms int                 `json:"rooms" doc:"有差额的房屋"`
		Plus  money.Fen           `json:"plus" doc:"合计该补收，分"`
		Minus money.Fen           `json:"minus" doc:"合计该减收，分"`
		Items []AmendableRoomJSON `json:"items" nullable:"false" doc:"最多 500 间"`
	}
}

func (s *Service) apiSpread(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID     `path:"project"`
	From    web.Month `query:"from_month" doc:"账期从；不填为到止月的 12 个月"`
	Until   web.Month `query:"until_month" doc:"账期到，最晚下个月，最多 36 个月；不填为本月"`
}) (*amendableRoomsOut, error) {
	q := s.db.Reader(ctx)
	from, until := s.asked(in.From, in.Until)
	x, err := s.Spread(ctx, q, in.Project, from, until)
	if err != nil {
		return nil, err
	}
	rooms := make([]id.ID, len(x.Named))
	for i := range x.Named {
		rooms[i] = x.Named[i].Room
	}
	labels, err := s.estate.Labels(ctx, q, in.Project, rooms)
	if err != nil {
		return nil, err
	}
	out := &amendableRoomsOut{}
	b := &out.Body
	b.Rooms, b.Plus, b.Minus, b.Items = x.Rooms, x.Plus, x.Minus, make([]AmendableRoomJSON, len(x.Named))
	for i, r := range x.Named {
		b.Items[i] = AmendableRoomJSON{r.Room, labels[r.Room], r.Months, r.Plus, r.Minus, r.Causes}
	}
	return out, nil
}

// AmendmentLineJSON is what a document does to one payer of an item and month.
type AmendmentLineJSON struct {
	Charge   id.ID       `json:"charge_id" doc:"出账的那笔费用"`
	ItemName string      `json:"item_name"`
	Month    clock.Month `json:"month"`
	Was      money.Fen   `json:"was" doc:"出账时收取，分"`
	Done     money.Fen   `json:"done" doc:"此前已补差，分"`
	Due      money.Fen   `json:"due" doc:"更正后应收，分"`
	Amount   money.Fen   `json:"amount" doc:"补收，分；减收为负"`
	Causes   string      `json:"causes"`
	Made     id.ID       `json:"made_id" doc:"补收的那笔费用；减收则为空"`
	Credited money.Fen   `json:"credited" doc:"减收里抵未缴的，分"`
	Returned money.Fen   `json:"returned" doc:"减收里转入预存的，分"`
	Outcome  string      `json:"outcome" doc:"结果，一句话"`
}

type amendmentJSON struct {
	ID         id.ID               `json:"id"`
	Number     string              `json:"number" doc:"补差单号"`
	Room       id.ID               `json:"room_id"`
	Label      string              `json:"room_label"`
	From       clock.Month         `json:"from_month"`
	Until      clock.Month         `json:"until_month"`
	Plus       money.Fen           `json:"plus" doc:"补收，分"`
	Minus      money.Fen           `json:"minus" doc:"减收，分"`
	Reason     string              `json:"reason"`
	Proof      string              `json:"proof" doc:"依据"`
	Date       clock.Date          `json:"date" doc:"记账日期"`
	By         string              `json:"by"`
	At         time.Time           `json:"at"`
	State      string              `json:"state" enum:"made,voided"`
	VoidBy     string              `json:"void_by"`
	VoidAt     *time.Time          `json:"void_at,omitempty"`
	VoidReason string              `json:"void_reason"`
	Version    int                 `json:"version" doc:"撤销时原样带回"`
	Lines      []AmendmentLineJSON `json:"lines" nullable:"false" doc:"列表里为空"`
}

func toDoc(d *Doc) amendmentJSON {
	out := amendmentJSON{ID: d.ID, Number: d.Number, Room: d.Room, Label: d.RoomLabel, From: d.From, Until: d.Until, Plus: d.Plus, Minus: d.Minus, Reason: d.Reason,
		Proof: d.Proof, Date: d.Date, By: d.ByName, At: d.At.In(clock.Shanghai()), State: string(d.State), VoidBy: d.VoidName, VoidReason: d.VoidReason,
		Version: d.Version, Lines: make([]AmendmentLineJSON, len(d.Lines))}
	if d.State == Voided {
		at := d.VoidAt.In(clock.Shanghai())
		out.VoidAt = &at
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		out.Lines[i] = AmendmentLineJSON{l.Charge, l.ItemName, l.Month, l.Was, l.Done, l.Due, l.Amount, l.Causes, l.Made, l.Credited, l.Returned, l.outcome()}
	}
	return out
}

type amendmentOut struct{ Body amendmentJSON }

type amendmentsOut struct{ Body page.List[amendmentJSON] }

func (s *Service) apiList(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"made,voided" doc:"不填为全部"`
	Room  id.ID  `query:"room_id" doc:"只看一间房的"`
}) (*amendmentsOut, error) {
	l, err := s.List(ctx, s.db.Reader(ctx), in.Project, Filter{in.Request, State(in.State), in.Room})
	if err != nil {
		return nil, err
	}
	out := &amendmentsOut{page.List[amendmentJSON]{Items: make([]amendmentJSON, len(l.Items)), Next: l.Next}}
	for i := range l.Items {
		out.Body.Items[i] = toDoc(&l.Items[i])
	}
	return out, nil
}

// AmendPickJSON is a difference that shall be corrected, as the page showed it.
type AmendPickJSON struct {
	Item  id.ID       `json:"item_id"`
	Month clock.Month `json:"month"`
	Seen  money.Fen   `json:"seen_amount" doc:"页面上看到的差额，分；变了就不做"`
}

func (s *Service) apiMake(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Room   id.ID           `json:"room_id"`
		Lines  []AmendPickJSON `json:"lines" minItems:"1" maxItems:"200" nullable:"false"`
		Reason string          `json:"reason" minLength:"2" maxLength:"200" doc:"住户问起时照此解释"`
		Proof  string          `json:"proof,omitempty" maxLength:"200" doc:"依据，如测绘报告编号"`
	}
}) (*amendmentOut, error) {
	ask := Ask{Room: in.Body.Room, Reason: in.Body.Reason, Proof: in.Body.Proof}
	for _, l := range in.Body.Lines {
		ask.Picks = append(ask.Picks, Pick(l))
	}
	return s.answer(ctx, func(tx *db.Tx) (Doc, error) { return s.Make(ctx, tx, who, in.Project, ask) })
}

func (s *Service) answer(ctx context.Context, fn func(tx *db.Tx) (Doc, error)) (*amendmentOut, error) {
	out := &amendmentOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		d, err := fn(tx)
		out.Body = toDoc(&d)
		return err
	})
	return out, err
}

// Ref names a document in the path. It is exported because the API document
// leaves unexported embedded types out.
type Ref struct {
	Project id.ID `path:"project"`
	Doc     id.ID `path:"amendment" doc:"补差单编号"`
}

func (s *Service) apiOne(ctx context.Context, _ actor.Actor, in *Ref) (*amendmentOut, error) {
	d, err := s.Doc(ctx, s.db.Reader(ctx), in.Project, in.Doc)
	if err != nil {
		return nil, err
	}
	return &amendmentOut{toDoc(&d)}, nil
}

func (s *Service) apiVoid(ctx context.Context, who actor.Actor, in *struct {
	Ref
	Body struct {
		Reason  string `json:"reason" minLength:"2" maxLength:"200"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}) (*amendmentOut, error) {
	return s.answer(ctx, func(tx *db.Tx) (Doc, error) {
		return s.Void(ctx, tx, who, in.Project, in.Doc, in.Body.Reason, in.Body.Version)
	})
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "amendments", Name: "补差单", Permission: billing.PermRead, Columns: []sheet.Column{export.Text("单号", 18), export.Text("状态", 10),
		export.Text("记账日期", 12), export.Text("房屋", 20), export.Text("账期从", 10), export.Text("到", 10), export.Money("补收"), export.Money("减收"),
		export.Text("原因", 30), export.Text("依据", 24), export.Text("经办人", 12), export.Text("撤销人", 12), export.Text("撤销原因", 24)}}
	o.Check, o.Rows = export.Pages(s.apiList, func(o *amendmentsOut) page.List[amendmentJSON] { return o.Body }, func(d *amendmentJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(d.Number), sheet.Text(map[string]string{"made": "有效", "voided": "已撤销"}[d.State]), sheet.Text(d.Date.String()), sheet.Text(d.Label),
			sheet.Text(d.From.String()), sheet.Text(d.Until.String()), export.Yuan(d.Plus), export.Yuan(d.Minus), sheet.Text(d.Reason), sheet.Text(d.Proof), sheet.Text(d.By),
			sheet.Text(d.VoidBy), sheet.Text(d.VoidReason)}
	})
	rooms := export.Offer{Key: "amendable-rooms", Name: "该补差的房屋", Permission: billing.PermRead, Columns: []sheet.Column{export.Text("房屋", 20), {Title: "有差额的条数", Width: 12},
		export.Text("原因", 40), export.Money("该补收"), export.Money("该减收")}}
	rooms.Check, rooms.Rows = export.Batches(s.apiStretch, func(o *stretchOut) page.List[RoomDifference] { return o.Body }, s.writeRooms)
	return []export.Offer{o, rooms}
}

type stretchOut struct{ Body page.List[RoomDifference] }

// apiStretch is apiSpread for an export, which gets every room.
func (s *Service) apiStretch(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID     `path:"project"`
	From    web.Month `query:"from_month"`
	Until   web.Month `query:"until_month"`
	page.Request
}) (*stretchOut, error) {
	var after id.ID
	if _, err := page.Decode(in.Cursor, &after); err != nil {
		return nil, err
	}
	from, until := s.asked(in.From, in.Until)
	list, next, err := s.stretch(ctx, s.db.Reader(ctx), in.Project, from, until, after)
	if err != nil {
		return nil, err
	}
	out := &stretchOut{page.List[RoomDifference]{Items: list}}
	if next != 0 {
		out.Body.Next = page.Encode(next)
	}
	return out, nil
}

func (s *Service) writeRooms(ctx context.Context, a export.Ask, list []RoomDifference, emit export.Emit) error {
	rooms := make([]id.ID, len(list))
	for i := range list {
		rooms[i] = list[i].Room
	}
	labels, err := s.estate.Labels(ctx, s.db.Reader(ctx), a.Project, rooms)
	if err != nil {
		return err
	}
	for _, r := range list {
		err := emit([]sheet.Value{sheet.Text(labels[r.Room]), sheet.Int(int64(r.Months)), sheet.Text(strings.Join(r.Causes, "；")), export.Yuan(r.Plus), export.Yuan(-r.Minus)})
		if err != nil {
			return err
		}
	}
	return nil
}
