package meter

import (
	"context"

	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	honour(w, "list-reading-sheet", "GET", in+"/reading-sheet", "抄表单：每块表的上期读数和本期读数", PermRead, s.sheetAPI)
	honour(w, "record-reading", "POST", in+"/readings", "录入一次读数", PermRecord, s.recordAPI)
	honour(w, "confirm-reading", "POST", in+"/readings/{reading}/confirm", "复核偏大的用量，复核后才能出账", PermConfirm, s.confirmAPI)
	honour(w, "void-reading", "POST", in+"/readings/{reading}/void", "作废最后一次没出账的读数", PermRecord, s.voidAPI)
	route(w, "install-meter", "POST", in+"/meters", "装一块表", PermManage, s.installAPI)
	route(w, "install-meters", "POST", in+"/meter-batches", "为还没有表的房屋各装一块", PermManage, s.installAllAPI)
	route(w, "amend-meter", "PUT", in+"/meters/{meter}", "改表的资料：表号随时能改，起始读数、位数、倍率只在没抄过时能改", PermManage, s.amendAPI)
	route(w, "remove-meter", "POST", in+"/meters/{meter}/remove", "拆表或换表", PermManage, s.removeAPI)
	honour(w, "list-readings", "GET", in+"/meters/{meter}/readings", "一块表的历次读数", PermRead, s.listReadingsAPI)
	honour(w, "list-room-meters", "GET", in+"/rooms/{room}/meters", "一间房的表，拆下的也在内", PermRead, s.listRoomMetersAPI)
	honour(w, "read-meter-history", "GET", in+"/meters/{meter}/history", "一块表的来历：前后换过的表和历次读数", PermRead, s.historyAPI)
	honour(w, "read-reading-photo", "GET", in+"/readings/{reading}/photo", "读数的照片", PermRead, s.photoAPI)
	web.Handle(w, web.Op{ID: "add-reading-photo", Method: "POST", Path: in + "/reading-photos", Summary: "上传表盘照片，再在录入读数时带上它的编号", Tag: "meter",
		Permission: PermRecord, Buildings: true, MaxBody: file.MaxPhoto + 1<<20}, s.addPhotoAPI)
	s.importRoutes(w)
	s.platformRoutes(w)
	route(w, "read-meter-setting", "GET", in+"/meter-setting", "用量偏大的标准", PermRead, s.readSettingAPI)
	route(w, "put-meter-setting", "PUT", in+"/meter-setting", "设置用量偏大的标准", PermManage, s.putSettingAPI)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "meter", Permission: p}, h)
}

// honour is route for what answers only about the buildings that a right is
// limited to.
func honour[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "meter", Permission: p, Buildings: true}, h)
}
