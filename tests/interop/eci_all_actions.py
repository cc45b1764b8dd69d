"""The generated methods of the vendor's SDK for the actions that the sandbox package does not use:
each is sent by the SDK itself, and its answer is read by the SDK's own models."""

import json
import time
import unittest

from alibabacloud_eci20180808 import models as m
from Tea.exceptions import TeaException

from local_eci import local_client

REGION = "cn-shanghai"


class AllActions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.eci = local_client()
        container = m.CreateContainerGroupRequestContainer(name="main", image="x")
        disk = m.CreateContainerGroupRequestVolume(
            name="disk",
            type="FlexVolume",
            flex_volume=m.CreateContainerGroupRequestVolumeFlexVolume(
                driver="alicloud/disk", options='{"volumeSize":"50"}'
            ),
        )
        made = cls.eci.create_container_group(
            m.CreateContainerGroupRequest(
                region_id=REGION,
                container_group_name="sdk-actions",
                container=[container],
                volume=[disk],
            )
        )
        cls.id = made.body.container_group_id
        cls.wait(lambda: cls.status() == "Running")

    @classmethod
    def tearDownClass(cls):
        cls.eci.delete_container_group(
            m.DeleteContainerGroupRequest(
                region_id=REGION, container_group_id=cls.id, force=True
            )
        )

    @classmethod
    def status(cls):
        got = cls.eci.describe_container_group_status(
            m.DescribeContainerGroupStatusRequest(
                region_id=REGION, container_group_ids=json.dumps([cls.id])
            )
        )
        return got.body.data[0].status

    @classmethod
    def wait(cls, done):
        end = time.monotonic() + 30
        while not done():
            assert time.monotonic() < end, "not there after 30 s"
            time.sleep(0.05)

    def refused(self, code, call, *arguments):
        with self.assertRaises(TeaException) as raised:
            call(*arguments)
        self.assertEqual(raised.exception.code, code)

    def test_image_cache(self):
        tag = m.CreateImageCacheRequestTag(key="k", value="v")
        made = self.eci.create_image_cache(
            m.CreateImageCacheRequest(
                region_id=REGION,
                image_cache_name="sdk",
                image=["nginx:1", "redis:7"],
                retention_days=1,
                tag=[tag],
            )
        ).body
        self.assertTrue(made.image_cache_id.startswith("imc-"))
        self.assertTrue(made.container_group_id.startswith("eci-"))

        def cache():
            got = self.eci.describe_image_caches(
                m.DescribeImageCachesRequest(
                    region_id=REGION, image_cache_id=made.image_cache_id
                )
            ).body
            self.assertEqual(got.total_count, 1)
            return got.image_caches[0]

        first = cache()
        self.assertIn(first.status, ("Preparing", "Creating"))
        self.assertEqual(first.images, ["nginx:1", "redis:7"])
        self.assertEqual((first.tags[0].key, first.tags[0].value), ("k", "v"))
        self.assertEqual(first.events[0].type, "Warning")
        self.wait(lambda: cache().status == "Ready")
        self.assertEqual(cache().progress, "100%")
        self.eci.update_image_cache(
            m.UpdateImageCacheRequest(
                region_id=REGION, image_cache_id=made.image_cache_id, image_cache_size=30
            )
        )
        self.assertEqual(cache().image_cache_size, 30)
        self.eci.delete_image_cache(
            m.DeleteImageCacheRequest(region_id=REGION, image_cache_id=made.image_cache_id)
        )
        self.refused(
            "InvalidImageCacheId.NotFound",
            self.eci.delete_image_cache,
            m.DeleteImageCacheRequest(region_id=REGION, image_cache_id=made.image_cache_id),
        )

    def test_data_cache(self):
        id = self.eci.create_data_cache(
            m.CreateDataCacheRequest(
                region_id=REGION,
                bucket="sdk",
                path="/model",
                name="model",
                data_source=m.CreateDataCacheRequestDataSource(
                    type="URL", options={"repoId": "a/b", "repoSource": "X"}
                ),
            )
        ).body.data_cache_id
        self.assertTrue(id.startswith("edc-"))

        def cache():
            return self.eci.describe_data_caches(
                m.DescribeDataCachesRequest(region_id=REGION, data_cache_id=[id])
            ).body.data_caches[0]

        self.assertEqual(
            json.loads(cache().data_source.options), {"repoId": "a/b", "repoSource": "X"}
        )
        self.wait(lambda: cache().status == "Available")
        copy = self.eci.copy_data_cache(
            m.CopyDataCacheRequest(
                region_id=REGION, data_cache_id=id, destination_region_id="cn-beijing"
            )
        ).body.data_cache_id
        self.assertNotEqual(copy, id)
        self.eci.update_data_cache(
            m.UpdateDataCacheRequest(region_id=REGION, data_cache_id=id, size=30)
        )
        self.assertEqual(cache().size, 30)
        self.eci.delete_data_cache(
            m.DeleteDataCacheRequest(region_id=REGION, bucket="sdk", path="/model")
        )
        left = self.eci.describe_data_caches(
            m.DescribeDataCachesRequest(region_id=REGION, bucket="sdk")
        ).body
        self.assertEqual([c.data_cache_id for c in left.data_caches], [copy])

    def test_commit(self):
        task = self.eci.commit_container(
            m.CommitContainerRequest(
                region_id=REGION,
                container_group_id=self.id,
                container_name="main",
                image=m.CommitContainerRequestImage(repository="r/box", tag="v1"),
            )
        ).body.task_id

        def shown():
            return self.eci.describe_commit_container_task(
                m.DescribeCommitContainerTaskRequest(region_id=REGION, task_id=[task])
            ).body.commit_tasks[0]

        self.assertEqual(shown().task_status, "Running")
        self.wait(lambda: shown().task_status == "Succeeded")
        self.assertEqual(
            [p.phase for p in shown().commit_phase_infos],
            ["PullBaseImage", "CommitContainer", "PushCommittedImage"],
        )

    def test_resize(self):
        def resize(size):
            return self.eci.resize_container_group_volume(
                m.ResizeContainerGroupVolumeRequest(
                    region_id=REGION,
                    container_group_id=self.id,
                    volume_name="disk",
                    new_size=size,
                )
            )

        self.assertTrue(resize(60).body.request_id)
        self.refused("InvalidParameter", resize, 55)

    def test_ops(self):
        def task(value):
            return self.eci.create_instance_ops_task(
                m.CreateInstanceOpsTaskRequest(
                    region_id=REGION,
                    container_group_id=self.id,
                    ops_type="tcpdump",
                    ops_value=value,
                )
            ).body

        self.assertTrue(task('{"Enable":true,"IfDeviceName":"eth0"}').result)
        records = self.eci.describe_instance_ops_records(
            m.DescribeInstanceOpsRecordsRequest(
                region_id=REGION, container_group_id=self.id, ops_type="tcpdump"
            )
        ).body.records
        self.assertEqual(records[0].ops_status, "Ready")
        self.refused("Tcpdump.InvalidValue", task, "no")

    def test_tags(self):
        about = dict(region_id=REGION, resource_id=[self.id], resource_type="ContainerGroup")
        self.eci.tag_resources(
            m.TagResourcesRequest(
                tag=[m.TagResourcesRequestTag(key="sdk", value="1")], **about
            )
        )
        listed = self.eci.list_tag_resources(
            m.ListTagResourcesRequest(limit="5", **about)
        ).body.tag_resources
        self.assertEqual(
            [(t.resource_id, t.tag_key, t.tag_value) for t in listed], [(self.id, "sdk", "1")]
        )
        self.eci.untag_resources(m.UntagResourcesRequest(tag_key=["sdk"], **about))
        self.assertEqual(
            self.eci.list_tag_resources(m.ListTagResourcesRequest(**about)).body.tag_resources, []
        )

    def test_virtual_node(self):
        id = self.eci.create_virtual_node(
            m.CreateVirtualNodeRequest(
                region_id=REGION,
                security_group_id="sg-1",
                v_switch_id="vsw-1",
                virtual_node_name="sdk-node",
                taint=[m.CreateVirtualNodeRequestTaint(key="k", effect="NoSchedule")],
            )
        ).body.virtual_node_id
        self.eci.update_virtual_node(
            m.UpdateVirtualNodeRequest(
                region_id=REGION, virtual_node_id=id, virtual_node_name="renamed"
            )
        )
        node = self.eci.describe_virtual_nodes(
            m.DescribeVirtualNodesRequest(
                region_id=REGION, virtual_node_ids=json.dumps([id])
            )
        ).body.virtual_nodes[0]
        self.assertEqual(node.virtual_node_name, "renamed")
        self.assertEqual(node.virtual_node_vswitch_id, "vsw-1")
        self.eci.delete_virtual_node(
            m.DeleteVirtualNodeRequest(region_id=REGION, virtual_node_id=id)
        )


if __name__ == "__main__":
    unittest.main()
