package correction

import (
	"context"
	"net/http"
	"time"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

func (s *Service) batchRoutes(w *web.Server) {
	const all, one = "/projects/{project}/amendment-batches", "/projects/{project}/amendment-batches/{amendment_batch}"
	web.Handle(w, web.Op{ID: "amendment-batch-list", Method: http.MethodGet, Path: all, Tag: "correction", Permission: billing.PermRead,
		Summary: "成批补差，新的在前"}, s.apiBatches)
	web.Handle(w, web.Op{ID: "amendment-batch-make", Method: http.MethodPost, Path: all, Tag: "correction", Status: http.StatusCreated, Permission: billing.PermRelease,
		Summary: "给多间房一起补差，每间房一张补差单；逐间办理，办不了的写明原因"}, s.apiMakeMany)
	web.Handle(w, web.Op{ID: "amendment-batch-one", Method: http.MethodGet, Path: one, Tag: "correction", Permission: billing.PermRead,
		Summary: "一次成批补差：办到哪里，每间房的结果"}, s.apiBatch)
	web.Handle(w, web.Op{ID: "amendment-batch-void", Method: http.MethodPost, Path: one + "/void", Tag: "correction", Permission: billing.PermRelease,
		Summary: "整批撤销：逐间撤销补差单，撤不了的保留并写明原因，之后可以再撤"}, s.apiVoidMany)
}

// BatchRoomJSON is one room of a batch.
type BatchRoomJSON struct {
	Room    id.ID     `json:"room_id"`
	Label   string    `json:"room_label"`
	Plus    money.Fen `json:"plus" doc:"提交时看到的该补收，分"`
	Minus   money.Fen `json:"minus" doc:"提交时看到的该减收，分"`
	State   string    `json:"state" enum:"waiting,made,refused,voiding,kept,voided" doc:"等着办、已补差、没办成、等着撤销、没撤成、已撤销"`
	Doc     id.ID     `json:"amendment_id" doc:"补差单；没办成则为空"`
	Number  string    `json:"number" doc:"补差单号"`
	Problem string    `json:"problem" doc:"没办成或没撤成的原因"`
}

// AmendmentBatchJSON is a batch.
type AmendmentBatchJSON struct {
	ID         id.ID           `json:"id"`
	From       clock.Month     `json:"from_month"`
	Until      clock.Month     `json:"until_month"`
	Reason     string          `json:"reason"`
	Proof      string          `json:"proof" doc:"依据"`
	State      string          `json:"state" enum:"making,made,voiding,voided" doc:"正在补差、已办完、正在撤销、已撤销"`
	By         string          `json:"by"`
	At         time.Time       `json:"at"`
	VoidBy     string          `json:"void_by"`
	VoidReason string          `json:"void_reason"`
	Count      int             `json:"rooms" doc:"共几间房"`
	Done       int             `json:"done" doc:"这一步办过几间"`
	Steps      int             `json:"steps" doc:"这一步共要办几间"`
	Made       int             `json:"made" doc:"补差单仍有效的几间"`
	Failed     int             `json:"failed" doc:"没办成、没撤成的几间"`
	Plus       money.Fen       `json:"plus" doc:"仍有效的补差单共补收，分"`
	Minus      money.Fen       `json:"minus" doc:"仍有效的补差单共减收，分"`
	Version    int             `json:"version" doc:"撤销时原样带回"`
	Rooms      []BatchRoomJSON `json:"room_list" nullable:"false" doc:"列表里为空"`
}

func toBatch(b *Batch) AmendmentBatchJSON {
	n := b.Counts
	out := AmendmentBatchJSON{ID: b.ID, From: b.From, Until: b.Until, Reason: b.Reason, Proof: b.Proof, State: string(b.State), By: b.ByName, At: b.At.In(clock.Shanghai()),
		VoidBy: b.VoidName, VoidReason: b.VoidReason, Made: n[RoomMade] + n[RoomVoiding] + n[RoomKept], Failed: n[RoomRefused] + n[RoomKept], Plus: b.Plus, Minus: b.Minus,
		Version: b.Version, Rooms: []BatchRoomJSON{}}
	for _, k := range n {
		out.Count += k
	}
	out.Steps, out.Done = out.Count, out.Count-n[RoomWaiting]
	if b.State == BatchVoiding {
		out.Steps = out.Count - n[RoomRefused]
		out.Done = out.Steps - n[RoomVoiding]
	}
	return out
}

type batchOut struct{ Body AmendmentBatchJSON }

// batchAnswer names the rooms of a batch.
func (s *Service) batchAnswer(ctx context.Context, project id.ID, b Batch, err error) (*batchOut, error) {
	if err != nil {
		return nil, err
	}
	rooms := make([]id.ID, len(b.Rooms))
	for i := range b.Rooms {
		rooms[i] = b.Rooms[i].Room
	}
	labels, err := s.estate.Labels(ctx, s.db.Reader(ctx), project, rooms)
	if err != nil {
		return nil, err
	}
	out := &batchOut{toBatch(&b)}
	for _, r := range b.Rooms {
		out.Body.Rooms = append(out.Body.Rooms, BatchRoomJSON{r.Room, labels[r.Room], r.Plus, r.Minus, string(r.State), r.Doc, r.Number, r.Problem})
	}
	return out, nil
}

type batchesOut struct{ Body page.List[AmendmentBatchJSON] }

func (s *Service) apiBatches(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
}) (*batchesOut, error) {
	l, err := s.Batches(ctx, s.db.Reader(ctx), in.Project, in.Request)
	if err != nil {
		return nil, err
	}
	out := &batchesOut{page.List[AmendmentBatchJSON]{Items: make([]AmendmentBatchJSON, len(l.Items)), Next: l.Next}}
	for i := range l.Items {
		out.Body.Items[i] = toBatch(&l.Items[i])
	}
	return out, nil
}

// AmendRoomJSON is a room that shall be corrected, as the page showed it.
type AmendRoomJSON struct {
	Room  id.ID     `json:"room_id"`
	Plus  money.Fen `json:"seen_plus" minimum:"0" doc:"页面上看到的该补收，分；变了就不做这一间"`
	Minus money.Fen `json:"seen_minus" minimum:"0" doc:"页面上看到的该减收，分"`
}

func (s *Service) apiMakeMany(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Rooms  []AmendRoomJSON `json:"rooms" minItems:"1" maxItems:"500" nullable:"false"`
		From   clock.Month     `json:"from_month" doc:"账期从"`
		Until  clock.Month     `json:"until_month" doc:"账期到，最晚下个月，最多 36 个月"`
		Reason string          `json:"reason" minLength:"2" maxLength:"200" doc:"住户问起时照此解释"`
		Proof  string          `json:"proof,omitempty" maxLength:"200" doc:"依据，如物价备案文号"`
	}
}) (*batchOut, error) {
	ask := BatchAsk{From: in.Body.From, Until: in.Body.Until, Reason: in.Body.Reason, Proof: in.Body.Proof, Rooms: make([]BatchRoom, len(in.Body.Rooms))}
	for i, r := range in.Body.Rooms {
		ask.Rooms[i] = BatchRoom{Room: r.Room, Plus: r.Plus, Minus: r.Minus}
	}
	b, err := s.MakeMany(ctx, who, in.Project, ask)
	return s.batchAnswer(ctx, in.Project, b, err)
}

// BatchRef names a batch in the path. It is exported because the API document
// leaves unexported embedded types out.
type BatchRef struct {
	Project id.ID `path:"project"`
	Batch   id.ID `path:"amendment_batch" doc:"成批补差编号"`
}

func (s *Service) apiBatch(ctx context.Context, _ actor.Actor, in *BatchRef) (*batchOut, error) {
	b, err := s.Batch(ctx, s.db.Reader(ctx), in.Project, in.Batch)
	return s.batchAnswer(ctx, in.Project, b, err)
}

func (s *Service) apiVoidMany(ctx context.Context, who actor.Actor, in *struct {
	BatchRef
	Body struct {
		Reason  string `json:"reason" minLength:"2" maxLength:"200"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}) (*batchOut, error) {
	b, err := s.VoidMany(ctx, who, in.Project, in.Batch, in.Body.Reason, in.Body.Version)
	return s.batchAnswer(ctx, in.Project, b, err)
}
