package billing

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "read-next-charge", "GET", in+"/items/{item}/next-charge", "一间房下期应收多少，怎么算", PermRead, s.nextAPI)

	route(w, "list-runs", "GET", in+"/runs", "列出各次出账", PermRead, s.listRunsAPI)
	route(w, "start-run", "POST", in+"/runs", "出一个月的账", PermRun, s.startRunAPI)
	route(w, "read-run", "GET", in+"/runs/{run}", "审核一次出账：合计、差额和原因", PermRead, s.readRunAPI)
	route(w, "read-run-spread", "GET", in+"/runs/{run}/spread", "一次出账按楼栋的合计，和明显偏大偏小的", PermRead, s.spreadAPI)
	route(w, "list-run-lines", "GET", in+"/runs/{run}/lines", "列出一次出账的费用", PermRead, s.listLinesAPI)
	route(w, "list-run-looks", "GET", in+"/runs/{run}/looks", "列出要看一眼的：没能算出的和变化大的", PermRead, s.listLooksAPI)
	route(w, "correct-line", "POST", in+"/runs/{run}/lines/{charge}/correct", "更正未发布的费用", PermRun, s.correctAPI)
	route(w, "hold-line", "POST", in+"/runs/{run}/lines/{charge}/hold", "暂缓一条费用", PermRun, s.lineAPI(s.HoldLine))
	route(w, "drop-line", "POST", in+"/runs/{run}/lines/{charge}/drop", "不收这条费用", PermRun, s.lineAPI(s.DropLine))
	route(w, "restore-line", "POST", in+"/runs/{run}/lines/{charge}/restore", "取消暂缓或不收", PermRun, s.lineAPI(s.RestoreLine))
	route(w, "release-line", "POST", in+"/runs/{run}/lines/{charge}/release", "单独发布一条暂缓的费用", PermRelease, s.lineAPI(s.ReleaseLine))
	route(w, "release-run", "POST", in+"/runs/{run}/release", "发布一次出账", PermRelease, s.releaseRunAPI)
	route(w, "withdraw-run", "POST", in+"/runs/{run}/withdraw", "撤回一次出账（未收款时）", PermRelease, s.withdrawRunAPI)

	honour(w, "list-charges", "GET", in+"/charges", "列出费用明细", PermRead, s.listChargesAPI)
	honour(w, "explain-charge", "GET", in+"/charges/{charge}/explanation", "一笔费用怎么算的", PermRead, s.explainAPI)
}

// honour is route for what answers only about the buildings that a right is
// limited to.
func honour[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "billing", Permission: p, Buildings: true}, h)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "billing", Permission: p}, h)
}
