package estate

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "list-projects", "GET", "/projects", "列出我负责的项目", "", s.listProjectsAPI)
	route(w, "create-project", "POST", "/projects", "新建项目", PermProject, s.createProjectAPI)
	honour(w, "read-project", "GET", in, "查看项目", PermRead, s.readProjectAPI)
	route(w, "edit-project", "PATCH", in, "修改项目", PermWrite, s.editProjectAPI)
	honour(w, "list-buildings", "GET", in+"/buildings", "列出楼栋", PermRead, s.listBuildingsAPI)
	route(w, "create-building", "POST", in+"/buildings", "新建楼栋", PermWrite, s.createBuildingAPI)
	route(w, "edit-building", "PATCH", in+"/buildings/{building}", "修改楼栋", PermWrite, s.editBuildingAPI)
	honour(w, "list-units", "GET", in+"/buildings/{building}/units", "列出单元", PermRead, s.listUnitsAPI)
	honour(w, "create-unit", "POST", in+"/buildings/{building}/units", "新建单元", PermWrite, s.createUnitAPI)
	honour(w, "list-rooms", "GET", in+"/rooms", "列出房屋", PermRead, s.listRoomsAPI)
	honour(w, "create-room", "POST", in+"/rooms", "新建房屋", PermWrite, s.createRoomAPI)
	honour(w, "read-room", "GET", in+"/rooms/{room}", "查看房屋", PermRead, s.readRoomAPI)
	honour(w, "edit-room", "PATCH", in+"/rooms/{room}", "修改房屋", PermWrite, s.editRoomAPI)
	honour(w, "list-occupants", "GET", in+"/rooms/{room}/occupants", "列出一间房的人", PermRead, s.listOccupantsAPI)
	honour(w, "add-occupant", "POST", in+"/rooms/{room}/occupants", "登记一个人与房屋的关系", PermWrite, s.addOccupantAPI)
	honour(w, "edit-occupant", "PATCH", in+"/occupants/{occupant}", "修改一个人与房屋的关系", PermWrite, s.editOccupantAPI)
	honour(w, "end-occupant", "POST", in+"/occupants/{occupant}/end", "结束一个人与房屋的关系", PermWrite, s.endOccupantAPI)
	honour(w, "list-people", "GET", in+"/people", "列出住户", PermRead, s.listPeopleAPI)
	honour(w, "create-person", "POST", in+"/people", "登记住户", PermWrite, s.createPersonAPI)
	honour(w, "read-person", "GET", in+"/people/{person}", "查看住户和其房屋", PermRead, s.readPersonAPI)
	honour(w, "edit-person", "PATCH", in+"/people/{person}", "修改住户", PermWrite, s.editPersonAPI)
	honour(w, "reveal-person", "POST", in+"/people/{person}/reveal", "查看完整的手机号或证件号（记入日志）", PermReveal, s.revealAPI)
	honour(w, "search-households", "GET", in+"/search", "找一户：房号、姓名、拼音、首字母、手机号或后四位", PermRead, s.searchAPI)
	s.tagRoutes(w)
	s.correctionRoutes(w)
	s.fieldRoutes(w)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "estate", Permission: p}, h)
}

// honour is route for what answers only about the buildings that a right is
// limited to.
func honour[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "estate", Permission: p, Buildings: true, Secrets: opID == "reveal-person"}, h)
}
