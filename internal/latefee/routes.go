package latefee

import (
	"context"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/web"
	"linli/internal/tariff"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "list-late-terms", "GET", in+"/items/{item}/late-terms", "列出一项费用的违约金约定", billing.PermRead, s.listLateTermsAPI)
	route(w, "add-late-terms", "POST", in+"/items/{item}/late-terms", "录入从某天到期起的违约金约定", tariff.PermItem, s.addLateTermsAPI)
	route(w, "list-lprs", "GET", in+"/lprs", "列出一年期 LPR", billing.PermRead, s.listLPRsAPI)
	route(w, "add-lpr", "POST", in+"/lprs", "录入新公布的一年期 LPR", tariff.PermItem, s.addLPRAPI)
	route(w, "list-holidays", "GET", in+"/holidays", "列出各年的放假安排，到期日顺延时用", billing.PermRead, s.listHolidaysAPI)
	route(w, "put-holidays", "POST", in+"/holidays", "录入一年的放假安排：贴国务院办公厅的通知", tariff.PermItem, s.putHolidaysAPI)
	route(w, "list-late-fees", "GET", in+"/rooms/{room}/late-fees", "一间房到某天的违约金，逐笔说明", billing.PermRead, s.listLateFeesAPI)
	route(w, "list-waivers", "GET", in+"/waivers", "列出减免", billing.PermRead, s.listWaiversAPI)
	route(w, "ask-waivers", "POST", in+"/waivers", "申请减免违约金或费用，批准后才生效", PermWaiverAsk, s.askWaiversAPI)
	route(w, "approve-waiver", "POST", in+"/waivers/{waiver}/approve", "批准减免（申请人不能自己批）", PermWaiver, s.approveWaiverAPI)
	route(w, "refuse-waiver", "POST", in+"/waivers/{waiver}/refuse", "退回减免", PermWaiver, s.refuseWaiverAPI)
	route(w, "withdraw-waiver", "POST", in+"/waivers/{waiver}/withdraw", "撤回还没批的减免", PermWaiverAsk, s.withdrawWaiverAPI)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "billing", Permission: p}, h)
}
